/** The chat's state in a component: loaded at first, then kept by the event stream. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { follow, type LiveEvent, type StreamState } from '../common/events';
import { RequestError } from '../common/http';
import type { Conversation, Message, Person } from '../common/types';
import { loadConversation, loadConversations, loadEarlier, loadMessages, markRead } from './api';
import { afterEvent, emptyChat, withConversation, withMessage, withoutMessage, type Chat } from './state';

export type ChatControl = {
  chat: Chat;
  stream: StreamState;
  error: RequestError | null;
  openConversation: (id: string | null) => void;
  showEarlier: () => void;
  addConversation: (conversation: Conversation) => void;
  /** Shows what a request of one's own answers; rejects as it does. */
  putMessage: (asked: Promise<Message>) => Promise<void>;
  dropMessage: (id: string) => void;
};

export function useChat(me: Person): ChatControl {
  const [chat, setChat] = useState<Chat>(emptyChat);
  const [stream, setStream] = useState<StreamState>('connecting');
  const [error, setError] = useState<RequestError | null>(null);
  const open = useRef<string | null>(null);
  const meanwhile = useMeanwhile();

  const report = useCallback((failure: unknown) => {
    if (!(failure instanceof RequestError)) throw failure;
    setError(failure);
  }, []);

  /** Puts an answer into the chat, and over it the events that came while it was on its way. */
  const put = useCallback(
    async <T>(asked: Promise<T>, into: (was: Chat, answer: T) => Chat): Promise<void> => {
      const came = meanwhile.begin();
      try {
        const answer = await asked;
        const events = came();
        const now = Date.now();
        setChat((was) => events.reduce((chat, event) => afterEvent(chat, event, me, now), into(was, answer)));
      } finally {
        meanwhile.end();
      }
    },
    [me.user_id],
  );

  const openConversation = useCallback((id: string | null) => {
    open.current = id;
    setError(null);
    setChat((was) => ({ ...was, open: id, messages: null, earlier: null }));
    if (!id) return;
    put(loadMessages(id), (was, page) =>
      was.open === id ? { ...was, messages: bySeq(page.results), earlier: page.next } : was,
    ).catch(report);
  }, []);

  const reload = useCallback(() => {
    put(loadConversations(), (was, conversations) => ({ ...was, conversations })).catch(report);
    if (open.current) openConversation(open.current);
  }, []);

  const addConversation = useCallback((conversation: Conversation) => {
    setChat((was) => ({ ...was, conversations: withConversation(was.conversations, conversation) }));
  }, []);

  // What a deletion leaves as the last message, and unread, the event does not say.
  const refresh = useCallback((id: string) => {
    put(loadConversation(id), (was, conversation) => ({
      ...was,
      conversations: withConversation(was.conversations, conversation),
    })).catch((failure: unknown) => {
      // It may have gone as well by now.
      if (!(failure instanceof RequestError && failure.status === 404)) report(failure);
    });
  }, []);

  useEffect(() => {
    // What is loaded once the stream is open, and what the stream brings, is everything.
    let wasLive = false;
    return follow(
      (event) => {
        if (event.type === 'reset') return reload();
        meanwhile.add(event);
        setChat((was) => afterEvent(was, event, me, Date.now()));
        if (event.type === 'message.deleted' && event.conversation) refresh(event.conversation);
      },
      (state) => {
        setStream(state);
        if (state === 'live' && !wasLive) {
          wasLive = true;
          reload();
        }
      },
    );
  }, [me.user_id]);

  useReading(chat, report);

  const showEarlier = useCallback(() => {
    const { open: conversation, earlier } = chat;
    if (!conversation || !earlier) return;
    put(loadEarlier(earlier), (was, page) =>
      was.open === conversation && was.messages
        ? { ...was, messages: bySeq([...page.results, ...was.messages]), earlier: page.next }
        : was,
    ).catch(report);
  }, [chat.open, chat.earlier]);

  return {
    chat,
    stream,
    error,
    openConversation,
    showEarlier,
    addConversation,
    putMessage: (asked) =>
      put(asked, (was, message) =>
        was.open === message.conversation ? { ...was, messages: withMessage(was.messages, message) } : was,
      ),
    dropMessage: (id) => setChat((was) => ({ ...was, messages: withoutMessage(was.messages, id) })),
  };
}

/** The events that come while something is loaded: the answer may be older than they are. */
function useMeanwhile() {
  const [meanwhile] = useState(() => {
    let loads = 0;
    let events: LiveEvent[] = [];
    return {
      add: (event: LiveEvent) => {
        if (loads > 0) events.push(event);
      },
      /** Returns what tells the events since. */
      begin: () => {
        loads += 1;
        const first = events.length;
        return () => events.slice(first);
      },
      end: () => {
        loads -= 1;
        if (loads === 0) events = [];
      },
    };
  });
  return meanwhile;
}

function bySeq(messages: Message[]): Message[] {
  const unique = new Map(messages.map((message) => [message.message_id, message]));
  return [...unique.values()].sort((a, b) => a.seq - b.seq);
}

/** What stands on a screen that somebody looks at has been read. */
function useReading(chat: Chat, report: (failure: unknown) => void): void {
  const [isVisible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    const update = () => setVisible(!document.hidden);
    document.addEventListener('visibilitychange', update);
    return () => document.removeEventListener('visibilitychange', update);
  }, []);
  const current = chat.conversations.find(({ conversation_id }) => conversation_id === chat.open);
  const unread = current?.unread_count ?? 0;
  useEffect(() => {
    if (isVisible && current && chat.messages && unread > 0) markRead(current.conversation_id).catch(report);
  }, [isVisible, chat.open, chat.messages === null, unread]);
}
