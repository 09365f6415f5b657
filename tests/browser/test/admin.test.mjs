import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { expectTroubles, logIn } from '../browser.mjs';
import { makeWorld } from '../pages.mjs';
import { ApiUser, password, startServer, unique, waitUntil } from '../server.mjs';
import { openWindowForEach, page, server, setStage, window, world } from '../stage.mjs';

setStage(makeWorld);
openWindowForEach();

const open = async (hash) => {
  if (!page.url().includes('/admin/')) await logIn(window, 'root', '/admin/');
  await page.goto(`/admin/#/${hash}`);
};
const heading = (name) => page.getByRole('heading', { level: 1, name }).waitFor();
const dialog = () => page.getByRole('dialog');

test('the login says no, then yes; the logout ends it', async () => {
  await page.goto('/admin/');
  await page.getByLabel('Username or email').fill('root');
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('alert').getByText('do not match').waitFor();
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await heading('Overview');
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByLabel('Password').waitFor();
});

test('who is no administrator is told so', async () => {
  await logIn(window, world.ann.username, '/admin/');
  await page.getByText('who is no administrator').waitFor();
});

describe('overview', () => {
  test('shows figures and charts, and moves by itself', async () => {
    await open('');
    await page.getByText('Live', { exact: true }).waitFor();
    for (const title of ['Messages per minute', 'Users online', 'Commit latency, median', 'Commit latency, 99th percentile']) {
      await page.getByRole('img', { name: new RegExp(`^${title}`) }).waitFor();
    }
    const messages = page.locator('.tile', { hasText: 'Messages' }).locator('.value', { hasText: /\d/ });
    const before = Number((await messages.textContent()).replaceAll(',', ''));
    await world.ann.send(world.conversation, 'One more');
    await page.waitForFunction(
      (count) =>
        [...document.querySelectorAll('.tile')].some(
          (tile) =>
            tile.querySelector('.name').textContent === 'Messages' &&
            Number(tile.querySelector('.value').textContent.replaceAll(',', '')) > count,
        ),
      before,
    );
  });

  test('lists what reaches the event stream', async () => {
    await open('');
    await page.getByText('Live', { exact: true }).waitFor();
    const conversation = await world.ann.converse([world.root, world.ben], unique('Live'));
    await world.ann.send(conversation, 'Hello root');
    await page.locator('.events').getByText('Hello root').first().waitFor();
  });
});

describe('users', () => {
  test('are searched, filtered and paged', async () => {
    const stem = unique('many');
    for (let index = 0; index < 27; ++index) await ApiUser.register(server.url, stem);
    await open('users');
    await page.getByLabel('Search names').fill(stem);
    await page.getByText('27 users').waitFor();
    assert.equal(await page.locator('tbody tr').count(), 25);
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Page 2 of 2').waitFor();
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 2);
    await page.getByLabel('Role').selectOption('admin');
    await page.getByText('No user matches').waitFor();
    await page.getByLabel('Search names').fill('');
    await page.getByRole('link', { name: 'root' }).waitFor();
  });

  test('are edited; what is wrong is said at its field', async () => {
    const user = await ApiUser.register(server.url, 'edited');
    await open(`users/${user.id}`);
    await page.getByLabel('Email').fill('root@example.com');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('.field-errors').first().waitFor();
    expectTroubles(window, 400);
    await page.getByLabel('Email').fill(user.email);
    await page.getByLabel('First name').fill('Edited');
    await page.getByLabel('Role').selectOption('host');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The changes are saved.').waitFor();
    const now = await world.root.call('GET', `/api/users/${user.id}/`);
    assert.deepEqual([now.first_name, now.role], ['Edited', 'host']);
  });

  test('are deactivated and activated', async () => {
    const user = await ApiUser.register(server.url, 'inactive');
    await open(`users/${user.id}`);
    await page.getByRole('button', { name: 'Deactivate' }).click();
    await dialog().getByRole('button', { name: 'Deactivate' }).click();
    await page.getByText('The account is deactivated').waitFor();
    await assert.rejects(user.logIn(), /401/);
    await page.getByRole('button', { name: 'Activate', exact: true }).click();
    await page.getByText('The account is active again').waitFor();
    await user.logIn();
  });

  test('get a new password', async () => {
    const user = await ApiUser.register(server.url, 'forgot');
    await open(`users/${user.id}`);
    await page.getByRole('button', { name: 'Set a password' }).click();
    await dialog().getByLabel('New password').fill('12345678');
    await dialog().getByRole('button', { name: 'Set the password' }).click();
    await dialog().locator('.field-errors').waitFor();
    expectTroubles(window, 400);
    await dialog().getByLabel('New password').fill('Another-pass-phrase-7');
    await dialog().getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('The password is set').waitFor();
    await assert.rejects(user.logIn(), /401/);
  });

  test('are deleted once one has seen what goes with them', async () => {
    const user = await ApiUser.register(server.url, 'leaving');
    const conversation = await user.converse([world.ann]);
    await user.send(conversation, 'one');
    await user.send(conversation, 'two');
    await open(`users/${user.id}`);
    await page.getByRole('button', { name: 'Delete' }).click();
    await dialog().getByText('2 messages sent').waitFor();
    await dialog().getByRole('button', { name: 'Delete for good' }).click();
    await heading('Users');
    await assert.rejects(world.root.call('GET', `/api/users/${user.id}/`), /404/);
  });
});

describe('conversations', () => {
  test('show their messages as threads', async () => {
    await open('conversations');
    await page.getByLabel('Search titles').fill('Summer');
    await page.getByRole('link', { name: 'Summer house' }).click();
    await heading('Summer house');
    const text = (words) => page.locator('.thread').getByText(words);
    await text('Who has the keys?').waitFor();
    assert.equal(await text('I have them.').count(), 0);
    await page.getByRole('button', { name: 'Show 1 reply' }).click();
    await text('I have them.').waitFor();
    await text('Bring them on Thursday.').waitFor();
    await page.getByRole('button', { name: 'Hide the thread' }).click();
    assert.equal(await text('I have them.').count(), 0);
  });

  test('gain and lose participants', async () => {
    const guest = await ApiUser.register(server.url, 'guest');
    const conversation = await world.ann.converse([world.ben], unique('Party'));
    await open(`conversations/${conversation.id}`);
    await page.getByLabel('Id of a user to add').fill('999999');
    await page.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('alert').waitFor();
    expectTroubles(window, 400, 404);
    await page.getByLabel('Id of a user to add').fill(String(guest.id));
    await page.getByRole('button', { name: 'Add' }).click();
    await page.locator('.people').getByRole('link', { name: guest.username }).waitFor();
    await page.getByRole('button', { name: `Remove ${guest.username}` }).click();
    await dialog().getByRole('button', { name: 'Remove' }).click();
    await page.locator('.people').getByRole('link', { name: guest.username }).waitFor({ state: 'detached' });
  });

  test('are deleted', async () => {
    const conversation = await world.ann.converse([world.ben], unique('Gone'));
    await open(`conversations/${conversation.id}`);
    await page.getByRole('button', { name: 'Delete' }).click();
    await dialog().getByRole('button', { name: 'Delete for good' }).click();
    await heading('Conversations');
    await assert.rejects(world.ann.call('GET', `/api/conversations/${conversation.id}/`), /404/);
  });
});

describe('messages', () => {
  test('are found by their words, and show how they were edited', async () => {
    await open('messages');
    await page.getByLabel('Search words').fill('weather');
    await page.getByRole('link', { name: 'The weather should be fine on Friday' }).click();
    await heading(`Message of ${world.ben.username}`);
    await page.locator('del', { hasText: 'will' }).waitFor();
    await page.locator('ins', { hasText: 'should' }).waitFor();
  });

  test('are deleted', async () => {
    const message = await world.ann.send(world.conversation, 'Not for long');
    await open(`messages/${message.message_id}`);
    await page.getByRole('button', { name: 'Delete' }).click();
    await dialog().getByRole('button', { name: 'Delete for good' }).click();
    await heading('Messages');
    await assert.rejects(world.ann.call('GET', `/api/messages/${message.message_id}/`), /404/);
  });
});

test("a user's notifications are listed and filtered", async () => {
  await world.ben.send(world.conversation, 'Look at this');
  await open('notifications');
  await page.getByLabel('Id of the user').fill(String(world.ann.id));
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByRole('link', { name: 'Look at this' }).waitFor();
  await page.getByLabel('State').selectOption('true');
  await page.getByRole('link', { name: 'Look at this' }).waitFor({ state: 'detached' });
});

test('the audit log shows who changed what, before and after', async () => {
  const user = await ApiUser.register(server.url, 'audited');
  await world.root.call('PATCH', `/api/admin/users/${user.id}/`, { role: 'host' });
  await open(`users/${user.id}`);
  await page.getByRole('main').getByRole('link', { name: 'Audit log' }).click();
  await heading('Audit log');
  const entry = page.locator('tbody tr').first();
  await entry.getByText('root').waitFor();
  await entry.locator('del', { hasText: 'guest' }).waitFor();
  await entry.locator('ins', { hasText: 'host' }).waitFor();
});

test('the cluster shows its node', async () => {
  await open('cluster');
  await page.getByText('answered this page').waitFor();
  await page.getByText('256 of 256 shards', { exact: false }).first().waitFor();
});

test('an address that leads nowhere says so', async () => {
  await open('users/999999');
  await page.getByRole('alert').getByText('Not found.').waitFor();
  expectTroubles(window, 404);
  await page.goto('/admin/#/nowhere');
  await heading('Not found');
});

test('the link of the first start creates the first administrator, once', async () => {
  const fresh = await startServer({ admin: false });
  try {
    const [link] = await waitUntil(() => fresh.log().match(/http:\/\/[^\s"]+\/admin\/setup\/#[^\s"]+/));
    const { hash } = new URL(link);
    await page.goto(`${fresh.url}/admin/setup/`);
    await page.getByText('one-time link').first().waitFor();
    await page.goto(`${fresh.url}/api-auth/login/`);
    await page.goto(`${fresh.url}/admin/setup/${hash}`);
    await page.getByLabel('Username').fill('first');
    await page.getByLabel('Email').fill('first@example.com');
    await page.getByLabel('Password').fill('12345678');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.locator('.field-errors').waitFor();
    expectTroubles(window, 400);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText('The administrator first exists now').waitFor();
    await page.getByRole('link', { name: 'Log in' }).click();
    await page.getByLabel('Username or email').fill('first');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await heading('Overview');
    await page.goto(`${fresh.url}/api-auth/login/`);
    await page.goto(`${fresh.url}/admin/setup/${hash}`);
    await page.getByLabel('Username').fill('second');
    await page.getByLabel('Email').fill('second@example.com');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('alert').waitFor();
    expectTroubles(window, 400, 403, 404);
  } finally {
    await page.goto(`${fresh.url}/api-auth/login/`);
    await fresh.stop();
  }
});
