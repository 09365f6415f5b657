/** The chat's requests: the public API and nothing else. */
import { request } from '../common/http';
import type { Conversation, Message, Page, User } from '../common/types';

const messagesOf = (conversation: string) => `/api/conversations/${conversation}/messages/`;

export async function loadConversations(): Promise<Conversation[]> {
  const page = await request<Page<Conversation>>('GET', '/api/conversations/?page_size=100');
  return page.results;
}

export const loadConversation = (conversation: string): Promise<Conversation> =>
  request('GET', `/api/conversations/${conversation}/`);

export function loadMessages(conversation: string): Promise<Page<Message>> {
  return request('GET', `${messagesOf(conversation)}?all=true&page_size=50`);
}

/** `next` names the server as it was asked; its path is what counts. */
export function loadEarlier(next: string): Promise<Page<Message>> {
  const url = new URL(next, location.origin);
  return request('GET', url.pathname + url.search);
}

export function sendMessage(conversation: string, content: string, parent: string | null): Promise<Message> {
  const reply = parent ? { parent_message: parent } : {};
  return request('POST', messagesOf(conversation), { content, ...reply });
}

export const editMessage = (id: string, content: string): Promise<Message> =>
  request('PATCH', `/api/messages/${id}/`, { content });

export const deleteMessage = (id: string): Promise<void> => request('DELETE', `/api/messages/${id}/`);

export const markRead = (conversation: string): Promise<void> =>
  request('POST', '/api/messages/mark_conversation_as_read/', { conversation_id: conversation });

export const sayTyping = (conversation: string): Promise<void> =>
  request('POST', `/api/conversations/${conversation}/typing/`);

export async function findUsers(search: string): Promise<User[]> {
  const query = new URLSearchParams({ search, page_size: '8' });
  const page = await request<Page<User>>('GET', `/api/users/?${query}`);
  return page.results;
}

export const startConversation = (participants: string[], title: string): Promise<Conversation> =>
  request('POST', '/api/conversations/', { participant_ids: participants, ...(title ? { title } : {}) });

export const register = (fields: Record<string, string>): Promise<User> => request('POST', '/api/users/', fields);
