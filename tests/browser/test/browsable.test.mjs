import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectTroubles, logIn } from '../browser.mjs';
import { makeWorld } from '../pages.mjs';
import { ApiUser, password, unique } from '../server.mjs';
import { openWindowForEach, page, server, setStage, window, world } from '../stage.mjs';

setStage(makeWorld);
openWindowForEach();

const theAnswer = () => page.getByRole('region', { name: 'The answer' });
const sentAnswer = () => page.getByRole('region', { name: 'Answer', exact: true });
const methodTab = (name) => page.getByRole('group', { name: 'Method' }).getByRole('button', { name });
const send = (method) => page.locator('.methods form').getByRole('button', { name: method }).click();

test('the front door leads to the lists, and an anonymous reader to the login and back', async () => {
  await page.goto('/api/');
  await theAnswer().getByText('HTTP 200 OK').waitFor();
  await theAnswer().getByRole('link', { name: '/api/users/"' }).click();
  await theAnswer().getByText('HTTP 401 Unauthorized').waitFor();
  expectTroubles(window, 401);
  await page.getByRole('main').getByRole('link', { name: 'Log in' }).click();
  await page.getByLabel('Username or email').fill(world.ann.username);
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('alert').getByText('Please enter a correct username and password').waitFor();
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.waitForURL('**/api/users/');
  await theAnswer().getByText('HTTP 200 OK').waitFor();
  await page.getByRole('banner').getByText(world.ann.username).waitFor();
  await page.getByRole('button', { name: 'Log out' }).click();
  await theAnswer().getByText('HTTP 401').waitFor();
  expectTroubles(window, 401);
});

test('ids and breadcrumbs can be followed', async () => {
  await logIn(window, world.ann.username, '/api/conversations/');
  await theAnswer().getByText('"Summer house"').waitFor();
  await theAnswer().getByRole('link', { name: world.conversation.conversation_id }).first().click();
  await page.waitForURL(`**/api/conversations/${world.conversation.conversation_id}/`);
  await theAnswer().getByRole('link', { name: world.question.message_id }).first().click();
  await page.waitForURL(`**/api/messages/${world.question.message_id}/`);
  await theAnswer().getByText('"Who has the keys?"').first().waitFor();
  await page.getByRole('navigation', { name: 'Breadcrumbs' }).getByRole('link', { name: 'Message List' }).click();
  await page.waitForURL('**/api/messages/');
});

test('status and headers are shown as the answer has them', async () => {
  await logIn(window, world.ann.username, '/api/users/me/');
  const headers = page.locator('.headers').first();
  await headers.getByText('application/json').waitFor();
  await headers.getByText('GET, PATCH, HEAD, OPTIONS').waitFor();
});

test('lists are paged and filtered', async () => {
  const stem = unique('paged');
  for (let index = 0; index < 12; ++index) await ApiUser.register(server.url, stem);
  await logIn(window, world.ann.username, '/api/users/');
  await page.getByText('Filters').click();
  await page.getByLabel('search').fill(stem);
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.waitForURL(`**search=${stem}`);
  await page.getByLabel('Per page').first().selectOption('10');
  await page.waitForURL('**page_size=10');
  const paging = page.getByRole('navigation', { name: 'Pages, above the answer' });
  await paging.getByText('Page 1 of 2').waitFor();
  await paging.getByRole('link', { name: 'Next' }).click();
  await paging.getByText('Page 2 of 2').waitFor();
  assert.equal(await page.locator('.json .key', { hasText: '"username"' }).count(), 2);
  await paging.getByRole('link', { name: 'Previous' }).click();
  await paging.getByText('Page 1 of 2').waitFor();
  await page.getByRole('link', { name: 'Clear' }).click();
  await page.waitForURL((url) => url.search === '');
});

test('a form sends a message, and says what is wrong with it', async () => {
  await logIn(window, world.ann.username, `/api/conversations/${world.conversation.id}/messages/`);
  await send('POST');
  await page.locator('.field-errors').getByText('This field').waitFor();
  await sentAnswer().getByText('HTTP 400 Bad Request').waitFor();
  expectTroubles(window, 400);
  await page.getByLabel('content').fill('Written in a form');
  await send('POST');
  await sentAnswer().getByText('HTTP 201 Created').waitFor();
  await sentAnswer().getByText('"Written in a form"').first().waitFor();
  await page.getByRole('link', { name: 'GET', exact: true }).click();
  await theAnswer().getByText('"Written in a form"').first().waitFor();
});

test('raw JSON is sent as it stands', async () => {
  await logIn(window, world.ann.username, '/api/messages/');
  await page.getByRole('button', { name: 'Raw JSON' }).click();
  await page.getByLabel('Content').fill('{"conversation": ');
  await send('POST');
  await sentAnswer().getByText('HTTP 400').waitFor();
  expectTroubles(window, 400);
  const body = { conversation: world.conversation.conversation_id, content: 'Written raw' };
  await page.getByLabel('Content').fill(JSON.stringify(body));
  await send('POST');
  await sentAnswer().getByText('HTTP 201').waitFor();
});

test('PUT and PATCH begin with what there is', async () => {
  const title = unique('title');
  const conversation = await world.ann.converse([world.ben], title);
  await logIn(window, world.ann.username, `/api/conversations/${conversation.id}/`);
  await methodTab('PATCH').click();
  assert.equal(await page.getByLabel(/^title/).inputValue(), title);
  await page.getByLabel(/^title/).fill('Changed by PATCH');
  await send('PATCH');
  await sentAnswer().getByText('"Changed by PATCH"').waitFor();
  await methodTab('PUT').click();
  await page.getByLabel(/^title/).fill('Changed by PUT');
  await send('PUT');
  await sentAnswer().getByText('"Changed by PUT"').waitFor();
  assert.match(await page.getByLabel(/^participant_ids/).inputValue(), new RegExp(world.ben.user_id));
});

test('DELETE asks first', async () => {
  const message = await world.ann.send(world.conversation, 'Not for long');
  await logIn(window, world.ann.username, `/api/messages/${message.message_id}/`);
  await page.getByRole('button', { name: 'DELETE' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'DELETE' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await page.waitForURL('**/api/messages/');
  await page.goto(`/api/messages/${message.message_id}/`);
  await theAnswer().getByText('HTTP 404').waitFor();
  expectTroubles(window, 404);
});

test('OPTIONS shows the description of the fields', async () => {
  await logIn(window, world.ann.username, '/api/conversations/');
  await page.getByRole('button', { name: 'OPTIONS' }).click();
  await sentAnswer().getByText('"actions"').waitFor();
});

test('only what a user may do is offered', async () => {
  await page.goto('/api/users/');
  await theAnswer().getByText('HTTP 401').waitFor();
  expectTroubles(window, 401);
  assert.deepEqual(await page.locator('.tabs button').allTextContents(), ['POST']);
  await logIn(window, world.ann.username, '/api/users/me/');
  assert.deepEqual(await page.locator('.tabs button').allTextContents(), ['PATCH']);
});

test('the JSON alone is one click away', async () => {
  await logIn(window, world.ann.username, '/api/users/me/');
  const address = await page.getByRole('link', { name: 'JSON' }).getAttribute('href');
  const answer = await page.request.get(address);
  assert.equal((await answer.json()).username, world.ann.username);
});

test('the documentation shows every operation of the schema', async () => {
  await page.goto('/api/docs/');
  await page.locator('.opblock').first().waitFor();
  const schema = await (await page.request.get('/api/schema/')).json();
  const operations = Object.values(schema.paths).flatMap((item) =>
    ['get', 'post', 'put', 'patch', 'delete'].filter((method) => item[method]),
  );
  await page.waitForFunction((count) => document.querySelectorAll('.opblock').length === count, operations.length);
  await page.locator('#operations-token-obtain_tokens .opblock-control-arrow, .opblock .opblock-control-arrow').first().click();
  await page.getByRole('heading', { name: 'Responses' }).first().waitFor();
});
