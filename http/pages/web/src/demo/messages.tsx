import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { ConfirmButton } from '../common/confirm';
import { Failure, Loading } from '../common/elements';
import { clockTime, fullTime, plural } from '../common/format';
import { useAction } from '../common/load';
import type { Message, Person } from '../common/types';
import { deleteMessage, editMessage, sayTyping, sendMessage } from './api';
import type { ChatControl } from './chat';

type MessagesProps = { control: ChatControl; me: Person; onThread: (message: Message) => void };

/** The top-level messages of the open conversation; the newest stays in sight. */
export function Messages({ control, me, onThread }: MessagesProps) {
  const { messages, earlier } = control.chat;
  const topLevel = messages?.filter(({ parent_message }) => parent_message === null);
  const list = useRef<HTMLDivElement>(null);
  const newest = topLevel?.at(-1)?.message_id;
  useLayoutEffect(() => {
    const element = list.current;
    if (element) element.scrollTop = element.scrollHeight;
  }, [newest]);
  if (!topLevel) return <Loading />;
  return (
    <div class="messages" ref={list} tabIndex={0} role="log" aria-label="Messages">
      {earlier && (
        <button type="button" class="earlier" onClick={control.showEarlier}>
          Show earlier messages
        </button>
      )}
      {topLevel.length === 0 && <p class="empty">No messages yet. Say hello.</p>}
      {topLevel.map((message) => (
        <Bubble key={message.message_id} message={message} control={control} me={me} onReply={onThread} />
      ))}
    </div>
  );
}

type BubbleProps = {
  message: Message;
  control: ChatControl;
  me: Person;
  isInThread?: boolean;
  onReply: (message: Message) => void;
};

export function Bubble({ message, control, me, isInThread, onReply }: BubbleProps) {
  const [isEditing, setEditing] = useState(false);
  const isMine = message.sender.user_id === me.user_id;
  return (
    <article class={isMine ? 'bubble mine' : 'bubble'} aria-label={`Message of ${message.sender.username}`}>
      <p class="by">
        <strong>{isMine ? 'You' : message.sender.username}</strong>{' '}
        <time dateTime={message.timestamp} title={fullTime(message.timestamp)}>
          {clockTime(message.timestamp)}
        </time>
        {message.edited && <span> · edited</span>}
        {isMine && <span> · {message.read ? 'read' : 'sent'}</span>}
      </p>
      {isEditing ? (
        <Editor message={message} control={control} onDone={() => setEditing(false)} />
      ) : (
        <p class="text">{message.content}</p>
      )}
      <div class="actions">
        <button type="button" class="link" onClick={() => onReply(message)}>
          {message.reply_count > 0 && !isInThread ? plural(message.reply_count, 'reply', 'replies') : 'Reply'}
        </button>
        {isMine && !isEditing && (
          <>
            <button type="button" class="link" onClick={() => setEditing(true)}>
              Edit
            </button>
            <DeleteButton message={message} control={control} />
          </>
        )}
      </div>
    </article>
  );
}

type EditorProps = { message: Message; control: ChatControl; onDone: () => void };

function Editor({ message, control, onDone }: EditorProps) {
  const action = useAction();
  const element = useRef<HTMLTextAreaElement>(null);
  useEffect(() => element.current?.focus(), []);
  const save = () =>
    action.run(async () => {
      const content = element.current?.value ?? '';
      if (content !== message.content) await control.putMessage(editMessage(message.message_id, content));
      onDone();
    });
  return (
    <form
      class="editor"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      {action.error && <Failure error={action.error} />}
      <textarea
        ref={element}
        aria-label="New text"
        rows={3}
        defaultValue={message.content}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onDone();
          if (isSendKey(event)) {
            event.preventDefault();
            save();
          }
        }}
      />
      <div class="buttons">
        <button type="submit" class="primary" disabled={action.isRunning}>
          Save
        </button>
        <button type="button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}

function DeleteButton({ message, control }: { message: Message; control: ChatControl }) {
  const remove = async () => {
    await deleteMessage(message.message_id);
    control.dropMessage(message.message_id);
  };
  return (
    <ConfirmButton label="Delete" class="link bad" title="Delete this message?" action="Delete" work={remove}>
      <p class="text">{message.content}</p>
      {message.reply_count > 0 && <p>The replies below it go with it.</p>}
    </ConfirmButton>
  );
}

function isSendKey(event: KeyboardEvent): boolean {
  return event.key === 'Enter' && !event.shiftKey && !event.isComposing;
}

const typingPause = 3000;

type ComposerProps = { control: ChatControl; conversation: string; parent: Message | null; focus?: boolean };

export function Composer({ control, conversation, parent, focus }: ComposerProps) {
  const action = useAction();
  const element = useRef<HTMLTextAreaElement>(null);
  const lastSaid = useRef(0);
  useEffect(() => {
    if (focus) element.current?.focus();
  }, [focus, parent?.message_id]);
  const type = () => {
    if (Date.now() - lastSaid.current < typingPause) return;
    lastSaid.current = Date.now();
    // Nobody misses a lost hint that somebody is typing.
    sayTyping(conversation).catch(() => undefined);
  };
  const send = () => {
    const content = element.current?.value.trim() ?? '';
    if (content === '') return;
    action.run(async () => {
      await control.putMessage(sendMessage(conversation, content, parent?.message_id ?? null));
      lastSaid.current = 0;
      if (element.current) element.current.value = '';
    });
  };
  const label = parent ? 'Reply' : 'Message';
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {action.error && <Failure error={action.error} />}
      <textarea
        ref={element}
        rows={2}
        aria-label={label}
        placeholder={`${label}: Enter sends, Shift and Enter begin a new line`}
        onInput={type}
        onKeyDown={(event) => {
          if (!isSendKey(event)) return;
          event.preventDefault();
          send();
        }}
      />
      <button type="submit" class="primary" disabled={action.isRunning}>
        Send
      </button>
    </form>
  );
}
