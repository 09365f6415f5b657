import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertNoTroubles, expectTroubles, logIn, openWindow } from '../browser.mjs';
import { ApiUser, password, unique } from '../server.mjs';
import { browser, server, setStage } from '../stage.mjs';

setStage();

async function windowOf(user) {
  const window = await openWindow(browser, server);
  await logIn(window, user.username, '/demo/');
  await window.page.getByRole('heading', { name: 'Conversations' }).waitFor();
  return window;
}

const close = async (...windows) => {
  for (const window of windows) {
    assertNoTroubles(window);
    await window.context.close();
  }
};
const entry = (window, title) => window.page.locator('.conversations > ul button', { hasText: title });
const bubble = (window, text) => window.page.locator('.conversation .bubble', { hasText: text });
const say = async (window, text, label = 'Message') => {
  const box = window.page.getByLabel(label, { exact: true });
  await box.fill(text);
  await box.press('Enter');
};

/** Ann and Ben in a conversation, each in a window; both have it open. */
async function twoWindows() {
  const ann = await ApiUser.register(server.url, 'ann');
  const ben = await ApiUser.register(server.url, 'ben');
  const title = unique('Talk');
  const conversation = await ann.converse([ben], title);
  const windows = [await windowOf(ann), await windowOf(ben)];
  for (const window of windows) {
    await entry(window, title).click();
    await window.page.getByText('No messages yet. Say hello.').waitFor();
  }
  return { ann, ben, title, conversation, annsWindow: windows[0], bensWindow: windows[1] };
}

test('one registers, finds another user and starts a conversation', async () => {
  const ben = await ApiUser.register(server.url, 'ben');
  const window = await openWindow(browser, server);
  const { page } = window;
  const username = unique('newcomer');
  await page.goto('/demo/');
  await page.getByRole('button', { name: 'Register' }).click();
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Email').fill(`${username}@example.com`);
  await page.getByLabel('Password').fill('12345678');
  await page.getByRole('button', { name: 'Register' }).click();
  await page.locator('.field-errors').waitFor();
  expectTroubles(window, 400);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Register' }).click();
  await page.getByText('No conversations yet').waitFor();
  await page.getByRole('button', { name: 'New' }).click();
  await page.getByLabel('With').fill(ben.username);
  await page.locator('.found').getByRole('button', { name: ben.username }).click();
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByText('No messages yet. Say hello.').waitFor();
  await say(window, 'Hello Ben');
  await bubble(window, 'Hello Ben').waitFor();
  await close(window);
});

test('messages, edits and deletions reach the other window', async () => {
  const { title, annsWindow, bensWindow } = await twoWindows();
  await say(annsWindow, 'Hello from Ann');
  await bubble(bensWindow, 'Hello from Ann').waitFor();
  await bubble(annsWindow, 'Hello from Ann').getByText('· read').waitFor();
  await bubble(annsWindow, 'Hello from Ann').getByRole('button', { name: 'Edit' }).click();
  await annsWindow.page.getByLabel('New text').fill('Good morning from Ann');
  await annsWindow.page.getByRole('button', { name: 'Save' }).click();
  await bubble(bensWindow, 'Good morning from Ann').getByText('edited').waitFor();
  await entry(bensWindow, title).getByText('Good morning from Ann').waitFor();
  await bubble(annsWindow, 'Good morning').getByRole('button', { name: 'Delete' }).click();
  await annsWindow.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await bubble(bensWindow, 'Good morning').waitFor({ state: 'detached' });
  await entry(bensWindow, title).getByText('No messages yet').waitFor();
  await bubble(annsWindow, 'Good morning').waitFor({ state: 'detached' });
  await close(annsWindow, bensWindow);
});

/** Holds the answers to requests of one kind back: from when they have been `fetched` until `release()`. */
async function holdBack(window, method, path) {
  const held = {};
  held.fetched = new Promise((resolve) => (held.fetch = resolve));
  held.released = new Promise((resolve) => (held.release = resolve));
  await window.page.route(path, async (route) => {
    if (route.request().method() !== method) return route.fallback();
    const response = await route.fetch();
    held.fetch();
    await held.released;
    return route.fulfill({ response });
  });
  return held;
}

test('an answer that comes after the events of what followed takes nothing back', async () => {
  const { annsWindow, bensWindow } = await twoWindows();
  const held = await holdBack(annsWindow, 'POST', '**/messages/');
  await say(annsWindow, 'Soon seen');
  await bubble(annsWindow, 'Soon seen').getByText('· read').waitFor();
  held.release();
  await annsWindow.page.waitForFunction(() => document.querySelector('textarea').value === '');
  await bubble(annsWindow, 'Soon seen').getByText('· read').waitFor();
  assert.equal(await bubble(annsWindow, 'Soon seen').count(), 1);
  await close(annsWindow, bensWindow);
});

test('what comes while a conversation is being opened is in it', async () => {
  const ann = await ApiUser.register(server.url, 'ann');
  const ben = await ApiUser.register(server.url, 'ben');
  const title = unique('Talk');
  const conversation = await ann.converse([ben], title);
  const window = await windowOf(ben);
  const held = await holdBack(window, 'GET', '**/messages/?*');
  await entry(window, title).click();
  await held.fetched;
  await ann.send(conversation, 'In between');
  await entry(window, title).getByText('In between').waitFor();
  held.release();
  await bubble(window, 'In between').waitFor();
  await close(window);
});

test('threads grow in both windows, and go with their first message', async () => {
  const { annsWindow, bensWindow } = await twoWindows();
  await say(annsWindow, 'Who comes?');
  await bubble(bensWindow, 'Who comes?').getByRole('button', { name: 'Reply' }).click();
  await say(bensWindow, 'I do.', 'Reply');
  await bubble(annsWindow, 'Who comes?').getByRole('button', { name: '1 reply' }).click();
  const thread = (window) => window.page.getByRole('complementary', { name: 'Thread' });
  await thread(annsWindow).getByText('I do.').waitFor();
  await thread(annsWindow).locator('.bubble', { hasText: 'I do.' }).getByRole('button', { name: 'Reply' }).click();
  await say(annsWindow, 'Fine!', 'Reply');
  await thread(bensWindow).getByText('Fine!').waitFor();
  assert.equal(await thread(bensWindow).locator('.depth-2').count(), 1);
  await bubble(annsWindow, 'Who comes?').getByRole('button', { name: 'Delete' }).click();
  await annsWindow.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await thread(bensWindow).waitFor({ state: 'detached' });
  await close(annsWindow, bensWindow);
});

test('what is not open shows how much is unread', async () => {
  const { ann, ben, title, annsWindow, bensWindow } = await twoWindows();
  const other = await ben.converse([ann], unique('Elsewhere'));
  await entry(annsWindow, other.title).waitFor();
  await ben.send(other, 'first');
  await ben.send(other, 'second');
  await entry(annsWindow, other.title).locator('.badge', { hasText: '2' }).waitFor();
  await annsWindow.page.waitForFunction(() => document.title.startsWith('(2)'));
  await entry(annsWindow, other.title).click();
  await entry(annsWindow, other.title).locator('.badge').waitFor({ state: 'detached' });
  await entry(annsWindow, title).click();
  await close(annsWindow, bensWindow);
});

test('typing shows in the other window until the message comes', async () => {
  const { ann, annsWindow, bensWindow } = await twoWindows();
  // It shows for some seconds only.
  await Promise.all([
    bensWindow.page.getByText(`${ann.username} is typing…`).waitFor(),
    annsWindow.page.getByLabel('Message', { exact: true }).pressSequentially('I am'),
  ]);
  await annsWindow.page.getByLabel('Message', { exact: true }).press('Enter');
  await bubble(bensWindow, 'I am').waitFor();
  await bensWindow.page.getByText(`${ann.username} is typing…`).waitFor({ state: 'detached' });
  await close(annsWindow, bensWindow);
});

test('one sees who is there', async () => {
  const { title, annsWindow, bensWindow } = await twoWindows();
  await entry(annsWindow, title).locator('.presence').waitFor();
  await close(annsWindow, bensWindow);
});

test('who leaves the conversation loses it at once', async () => {
  const { ann, ben, title, conversation, annsWindow, bensWindow } = await twoWindows();
  await ann.call('POST', `/api/conversations/${conversation.conversation_id}/remove_participant/`, { user_id: ben.user_id });
  await entry(bensWindow, title).waitFor({ state: 'detached' });
  await close(annsWindow, bensWindow);
});

test('logging out ends the stream and shows the login', async () => {
  const ann = await ApiUser.register(server.url, 'ann');
  const { title } = await ann.converse([await ApiUser.register(server.url, 'ben')], unique('Talk'));
  const window = await windowOf(ann);
  await entry(window, title).waitFor();
  await window.page.getByRole('button', { name: 'Log out' }).click();
  await window.page.getByLabel('Username or email').waitFor();
  await close(window);
});
