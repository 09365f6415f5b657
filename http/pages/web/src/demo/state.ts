/** What the chat shows, and how live events change it. Nothing here knows the screen. */
import type { LiveEvent } from '../common/events';
import type { Conversation, Message, Person } from '../common/types';

export type Chat = {
  conversations: Conversation[];
  /** Of the open conversation, by seq; null: not loaded yet. */
  messages: Message[] | null;
  open: string | null;
  /** Older messages that are not loaded: the page to get them from. */
  earlier: string | null;
  typing: { conversation: string; person: Person; until: number }[];
  online: Record<string, boolean>;
};

export const emptyChat: Chat = {
  conversations: [],
  messages: null,
  open: null,
  earlier: null,
  typing: [],
  online: {},
};

const typingLasts = 5000;

export function withMessage(messages: Message[] | null, message: Message): Message[] | null {
  if (!messages) return messages;
  const others = messages.filter(({ message_id }) => message_id !== message.message_id);
  return [...others, message].sort((a, b) => a.seq - b.seq);
}

/** Without a message and all replies below it. */
export function withoutMessage(messages: Message[] | null, id: string): Message[] | null {
  if (!messages) return messages;
  const gone = new Set([id]);
  // By seq, a parent comes before its replies.
  for (const { message_id, parent_message } of messages) {
    if (parent_message && gone.has(parent_message)) gone.add(message_id);
  }
  return messages.filter(({ message_id }) => !gone.has(message_id));
}

/** Newest activity first. */
export function withConversation(conversations: Conversation[], conversation: Conversation): Conversation[] {
  const others = conversations.filter(({ conversation_id }) => conversation_id !== conversation.conversation_id);
  return [...others, conversation].sort((a, b) => activityOf(b).localeCompare(activityOf(a)));
}

function activityOf(conversation: Conversation): string {
  return conversation.last_message?.timestamp ?? conversation.created_at;
}

function isIn(ranges: [number, number][], seq: number): boolean {
  return ranges.some(([first, last]) => first <= seq && seq <= last);
}

type ReadData = { reader: Person; seqs: [number, number][]; read: [number, number][]; unread_count?: number };

function afterRead(chat: Chat, conversation: string, data: ReadData, me: Person): Chat {
  const isMine = data.reader.user_id === me.user_id;
  const nowRead = isMine ? data.seqs : data.read;
  const messages =
    chat.open === conversation && chat.messages
      ? chat.messages.map((message) => (isIn(nowRead, message.seq) ? { ...message, read: true } : message))
      : chat.messages;
  const conversations = chat.conversations.map((candidate) =>
    isMine && candidate.conversation_id === conversation && data.unread_count !== undefined
      ? { ...candidate, unread_count: data.unread_count }
      : candidate,
  );
  return { ...chat, messages, conversations };
}

function withoutConversation(chat: Chat, id: string): Chat {
  return {
    ...chat,
    conversations: chat.conversations.filter(({ conversation_id }) => conversation_id !== id),
    ...(chat.open === id ? { open: null, messages: null, earlier: null } : {}),
  };
}

function withTyping(chat: Chat, conversation: string, person: Person, now: number): Chat {
  const others = chat.typing.filter(
    (entry) => entry.until > now && !(entry.conversation === conversation && entry.person.user_id === person.user_id),
  );
  return { ...chat, typing: [...others, { conversation, person, until: now + typingLasts }] };
}

export function typersIn(chat: Chat, conversation: string, now: number): Person[] {
  return chat.typing
    .filter((entry) => entry.conversation === conversation && entry.until > now)
    .map(({ person }) => person);
}

/** A message that has come ends its sender's typing, and moves its conversation up. */
function afterCreated(chat: Chat, message: Message, me: Person): Chat {
  const conversations = chat.conversations.map((conversation) => {
    if (conversation.conversation_id !== message.conversation) return conversation;
    const isNews = (conversation.last_message?.seq ?? 0) < message.seq;
    const isUnread = isNews && message.sender.user_id !== me.user_id && !message.read;
    return {
      ...conversation,
      last_message: isNews ? message : conversation.last_message,
      unread_count: conversation.unread_count + (isUnread ? 1 : 0),
    };
  });
  return {
    ...chat,
    conversations: [...conversations].sort((a, b) => activityOf(b).localeCompare(activityOf(a))),
    messages: chat.open === message.conversation ? withMessage(chat.messages, message) : chat.messages,
    typing: chat.typing.filter(({ person }) => person.user_id !== message.sender.user_id),
  };
}

function afterUpdated(chat: Chat, message: Message): Chat {
  const isSame = (other: Message | null) => other?.message_id === message.message_id;
  return {
    ...chat,
    conversations: chat.conversations.map((conversation) =>
      isSame(conversation.last_message) ? { ...conversation, last_message: message } : conversation,
    ),
    messages: chat.messages?.some(isSame) ? withMessage(chat.messages, message) : chat.messages,
  };
}

export function afterEvent(chat: Chat, event: LiveEvent, me: Person, now: number): Chat {
  switch (event.type) {
    case 'message.created':
      return afterCreated(chat, event.data as unknown as Message, me);
    case 'message.updated':
      return afterUpdated(chat, event.data as unknown as Message);
    case 'message.deleted':
      return { ...chat, messages: withoutMessage(chat.messages, String(event.data['message_id'])) };
    case 'message.read':
      return event.conversation
        ? afterRead(chat, event.conversation, event.data as unknown as ReadData, me)
        : chat;
    case 'conversation.created':
    case 'conversation.updated':
      return {
        ...chat,
        conversations: withConversation(chat.conversations, event.data as unknown as Conversation),
      };
    case 'conversation.deleted':
      return withoutConversation(chat, String(event.data['conversation_id']));
    case 'participant.added':
    case 'participant.removed': {
      const conversation = event.data['conversation'] as Conversation | null;
      if (conversation) return { ...chat, conversations: withConversation(chat.conversations, conversation) };
      return event.conversation ? withoutConversation(chat, event.conversation) : chat;
    }
    case 'presence': {
      const person = event.data['user'] as Person;
      return { ...chat, online: { ...chat.online, [person.user_id]: Boolean(event.data['is_online']) } };
    }
    case 'typing':
      return event.conversation ? withTyping(chat, event.conversation, event.data['user'] as Person, now) : chat;
    default:
      return chat;
  }
}
