// A small world, and every page that shows some of it.

import { ApiUser, rootUser } from './server.mjs';

/** People who talk: a thread, an edit, notifications. `text` makes the texts. */
export async function makeWorld(server, text = (field) => field) {
  const root = await rootUser(server.url);
  const ann = await ApiUser.register(server.url, 'ann', { first_name: 'Ann', last_name: 'Example' });
  const ben = await ApiUser.register(server.url, 'ben', { first_name: 'Ben', last_name: 'Example' });
  const conversation = await ann.converse([ben], text('Summer house'));
  const question = await ann.send(conversation, text('Who has the keys?'));
  const answer = await ben.send(conversation, text('I have them.'), question);
  await ann.send(conversation, text('Bring them on Thursday.'), answer);
  const edited = await ben.send(conversation, text('The weather will be fine on friday'));
  await ben.edit(edited, text('The weather should be fine on Friday'));
  return { root, ann, ben, conversation, question, answer, edited };
}

const shown = (selector) => (page) => page.locator(selector).first().waitFor();

/** Each: name, address, whose eyes see it, and when it is all there. */
export function allPages({ ann, conversation, question, edited }) {
  const admin = (name, hash, selector) => ({ name: `admin: ${name}`, address: `/admin/#/${hash}`, as: 'root', ready: shown(selector) });
  const api = (name, address, as = 'ann') => ({ name: `API: ${name}`, address, as, ready: shown('.answer') });
  return [
    { name: 'login', address: '/api-auth/login/', as: null, ready: shown('#username') },
    { name: 'logout', address: '/api-auth/logout/', as: null, ready: shown('h1') },
    api('root', '/api/', null),
    api('refused', '/api/users/', null),
    api('users', '/api/users/?search=a&page_size=5'),
    api('me', '/api/users/me/'),
    api('conversations', '/api/conversations/'),
    api('conversation', `/api/conversations/${conversation.id}/`),
    api('messages', `/api/conversations/${conversation.id}/messages/`),
    api('message', `/api/messages/${question.message_id}/`),
    api('history', `/api/messages/${edited.message_id}/history/`),
    api('unread', '/api/messages/unread/'),
    api('notifications', '/api/notifications/'),
    api('missing', '/api/messages/550e8400-e29b-41d4-a716-446655440000/'),
    { name: 'documentation', address: '/api/docs/', as: null, ready: shown('.opblock') },
    { name: 'admin: login', address: '/admin/', as: null, ready: shown('input[name=username]') },
    { name: 'admin: setup', address: '/admin/setup/#token=x', as: null, ready: shown('input[name=email]') },
    admin('overview', '', '.chart circle'),
    admin('users', 'users', 'tbody tr'),
    admin('user', `users/${ann.id}`, '.facts'),
    admin('conversations', 'conversations', 'tbody tr'),
    { ...admin('conversation', `conversations/${conversation.id}`, '.thread'), act: openThread },
    admin('messages', 'messages', 'tbody tr'),
    admin('message', `messages/${edited.message_id}`, '.comparison'),
    admin('choice of notifications', 'notifications', '#whose'),
    admin('notifications', `notifications/${ann.id}`, 'tbody tr'),
    admin('audit log', 'audit', '.table, .empty'),
    admin('cluster', 'cluster', '.nodes'),
    { name: 'chat: login', address: '/demo/', as: null, ready: shown('input[name=username]') },
    { name: 'chat', address: '/demo/', as: 'ann', ready: shown('.conversations li'), act: openChat },
  ];
}

async function openThread(page) {
  await page.getByRole('button', { name: /^Show \d+ repl/ }).click();
  await page.locator('.replies .message').first().waitFor();
}

async function openChat(page) {
  await page.locator('.conversations li button').first().click();
  await page.locator('.bubble').first().waitFor();
  await page.getByRole('button', { name: /^\d+ repl/ }).first().click();
  await page.locator('.thread-panel .bubble').nth(1).waitFor();
}
