/** The chat's state in a component: loaded at first, then kept by the event stream. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { follow, type StreamState } from '../common/events';
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
  putMessage: (message: Message) => void;
  dropMessage: (id: string) => void;
};

export function useChat(me: Person): ChatControl {
  const [chat, setChat] = useState<Chat>(emptyChat);
  const [stream, setStream] = useState<StreamState>('connecting');
  const [error, setError] = useState<RequestError | null>(null);
  const open = useRef<string | null>(null);

  const report = useCallback((failure: unknown) => {
    if (!(failure instanceof RequestError)) throw failure;
    setError(failure);
  }, []);

  const openConversation = useCallback((id: string | null) => {
    open.current = id;
    setError(null);
    setChat((was) => ({ ...was, open: id, messages: null, earlier: null }));
    if (!id) return;
    loadMessages(id)
      .then((page) => {
        if (open.current !== id) return;
        setChat((was) => ({ ...was, messages: bySeq(page.results), earlier: page.next }));
      })
      .catch(report);
  }, []);

  const reload = useCallback(() => {
    loadConversations()
      .then((conversations) => setChat((was) => ({ ...was, conversations })))
      .catch(report);
    if (open.current) openConversation(open.current);
  }, []);

  const addConversation = useCallback((conversation: Conversation) => {
    setChat((was) => ({ ...was, conversations: withConversation(was.conversations, conversation) }));
  }, []);

  // What a deletion leaves as the last message, and unread, the event does not say.
  const refresh = useCallback((id: string) => {
    loadConversation(id).then(addConversation, (failure: unknown) => {
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
    loadEarlier(earlier)
      .then((page) =>
        setChat((was) =>
          was.open === conversation && was.messages
            ? { ...was, messages: bySeq([...page.results, ...was.messages]), earlier: page.next }
            : was,
        ),
      )
      .catch(report);
  }, [chat.open, chat.earlier]);

  return {
    chat,
    stream,
    error,
    openConversation,
    showEarlier,
    addConversation,
    putMessage: (message) =>
      setChat((was) =>
        was.open === message.conversation ? { ...was, messages: withMessage(was.messages, message) } : was,
      ),
    dropMessage: (id) => setChat((was) => ({ ...was, messages: withoutMessage(was.messages, id) })),
  };
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
