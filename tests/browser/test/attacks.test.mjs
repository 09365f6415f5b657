import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertNoTroubles, expectTroubles, logIn, openWindow } from '../browser.mjs';
import { payloads } from '../payloads.mjs';
import { ApiUser, rootUser } from '../server.mjs';
import { browser, server, setStage, world } from '../stage.mjs';

/** The payload in every field of an account that takes it; names to log in with take none. */
async function registerWith(payload) {
  for (const field of ['username', 'email']) {
    await assert.rejects(ApiUser.register(server.url, 'user', { [field]: payload }), new RegExp(`400.*${field}`));
  }
  const names = { first_name: payload.slice(0, 150), last_name: payload.slice(0, 150) };
  try {
    return await ApiUser.register(server.url, 'user', { ...names, phone_number: payload });
  } catch (error) {
    assert.match(error.message, /400.*phone_number/);
    return ApiUser.register(server.url, 'user', { ...names, phone_number: payload.slice(0, 15) });
  }
}

/** Every text that anybody can store, with a payload in it. */
async function plant() {
  const root = await rootUser(server.url);
  const ann = await ApiUser.register(server.url, 'ann');
  const conversations = [];
  const messages = [];
  const users = [];
  assert.equal(payloads.length, 60);
  for (const payload of payloads) {
    const user = await registerWith(payload);
    const conversation = await ann.converse([user], payload);
    const message = await ann.send(conversation, payload);
    const reply = await user.send(conversation, payload, message);
    const edited = await user.send(conversation, `${payload} before`);
    await user.edit(edited, `${payload} after`);
    // With its old and new values, the audit log has it too.
    await root.call('PATCH', `/api/admin/users/${user.id}/`, { first_name: `${payload} again`.slice(0, 150) });
    users.push(user);
    conversations.push(conversation);
    messages.push(message, reply, edited);
  }
  return { ann, users, conversations, messages };
}

setStage(plant);

/** Opens the addresses one after the other; what has run by then has left its trace. */
async function visit(window, addresses) {
  for (const { address, ready } of addresses) {
    await window.page.goto(address);
    await window.page.locator(ready).first().waitFor();
    await assertUntouched(window.page);
  }
}

/** The pages have elements of their own only: what payloads would add is not there. */
async function assertUntouched(page) {
  const added = await page.evaluate(() =>
    [...document.querySelectorAll('#app *, main *')]
      .filter((element) =>
        element.matches('script:not([type]), iframe, object, embed, math, marquee, base, [onerror], [onload], [onfocus], [onmouseover], a[href^="javascript:" i]'),
      )
      .map((element) => element.outerHTML.slice(0, 200)),
  );
  assert.deepEqual(added, [], page.url());
}

test('no stored text runs in the browsable API', async () => {
  const window = await openWindow(browser, server);
  await logIn(window, world.ann.username);
  const addresses = [
    '/api/users/?page_size=100',
    '/api/conversations/?page_size=100',
    '/api/messages/?page_size=100',
    '/api/messages/?page_size=100&page=2',
    ...world.conversations.slice(0, 6).map(({ id }) => `/api/conversations/${id}/`),
    ...world.users.slice(0, 6).map(({ id }) => `/api/users/${id}/`),
    ...world.messages.slice(0, 6).map(({ message_id }) => `/api/messages/${message_id}/history/`),
    '/api/notifications/?page_size=100',
    '/api/messages/unread/?page_size=100',
    `/api/users/?search=${encodeURIComponent(payloads[0])}`,
    `/api/messages/?search=${encodeURIComponent(payloads[15])}`,
  ];
  await visit(window, addresses.map((address) => ({ address, ready: '.answer' })));
  await window.page.goto(`/api/${encodeURIComponent(payloads[1])}/`);
  await window.page.locator('.answer').waitFor();
  expectTroubles(window, 404);
  assertNoTroubles(window);
  await window.context.close();
});

test('no stored text runs in the administration', async () => {
  const window = await openWindow(browser, server);
  await logIn(window, 'root', '/admin/');
  const pages = (path, count) => Array.from({ length: count }, (_, index) => `${path}?page=${index + 1}`);
  const rows = [
    ...pages('users', 3), ...pages('conversations', 3), ...pages('messages', 8), ...pages('audit', 3),
    ...pages(`notifications/${world.ann.id}`, 5), `users?search=${encodeURIComponent(payloads[0])}`,
  ].map((hash) => ({ address: `/admin/#/${hash}`, ready: 'tbody tr, .empty' }));
  const views = [
    ...world.users.map(({ id }) => ({ address: `/admin/#/users/${id}`, ready: '.facts' })),
    ...world.conversations.map(({ id }) => ({ address: `/admin/#/conversations/${id}`, ready: '.thread' })),
    ...world.messages
      .filter((_, index) => index % 3 === 2)
      .map(({ message_id }) => ({ address: `/admin/#/messages/${message_id}`, ready: '.comparison' })),
  ];
  await visit(window, [...rows, ...views]);
  assertNoTroubles(window);
  await window.context.close();
});

test('no stored text runs in the chat', async () => {
  const window = await openWindow(browser, server);
  const { page } = window;
  await logIn(window, world.ann.username, '/demo/');
  const conversations = page.locator('.conversations > ul button');
  await conversations.nth(world.conversations.length - 1).waitFor();
  for (const conversation of await conversations.all()) {
    await conversation.click();
    await page.locator('.bubble').first().waitFor();
    await page.getByRole('button', { name: '1 reply' }).first().click();
    await page.locator('.thread-panel .bubble').nth(1).waitFor();
  }
  await assertUntouched(page);
  assertNoTroubles(window);
  await window.context.close();
});

test('a payload written in the pages is shown as it was written', async () => {
  const window = await openWindow(browser, server);
  const { page } = window;
  await logIn(window, world.ann.username, '/demo/');
  await page.locator('.conversations > ul button').first().click();
  await page.getByLabel('Message', { exact: true }).fill(payloads[15]);
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('.bubble').last().getByText(payloads[15]).waitFor();
  await page.goto('/api/users/me/');
  await page.getByLabel(/^first_name/).fill(payloads[15]);
  await page.locator('form').getByRole('button', { name: 'PATCH' }).click();
  await page.getByRole('region', { name: 'Answer', exact: true }).getByText('HTTP 200').waitFor();
  await assertUntouched(page);
  assertNoTroubles(window);
  await window.context.close();
});
