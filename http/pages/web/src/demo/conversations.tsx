import { useEffect, useState } from 'preact/hooks';
import { Dialog, Empty, Failure, Field } from '../common/elements';
import { clockTime, plural } from '../common/format';
import { useAction } from '../common/load';
import type { Conversation, Person, User } from '../common/types';
import { findUsers, startConversation } from './api';
import type { ChatControl } from './chat';
import { typersIn } from './state';

export function nameOf(conversation: Conversation, me: Person): string {
  if (conversation.title) return conversation.title;
  const others = conversation.participants.filter(({ user_id }) => user_id !== me.user_id);
  return others.map(({ username }) => username).join(', ') || 'Just you';
}

export function Conversations({ control, me }: { control: ChatControl; me: Person }) {
  const [isStarting, setStarting] = useState(false);
  const { conversations, open } = control.chat;
  return (
    <nav class="conversations" aria-label="Conversations">
      <div class="panel-heading">
        <h2>Conversations</h2>
        <button type="button" onClick={() => setStarting(true)}>
          New
        </button>
      </div>
      {conversations.length === 0 && <Empty>No conversations yet. Start one.</Empty>}
      <ul>
        {conversations.map((conversation) => (
          <li key={conversation.conversation_id}>
            <button
              type="button"
              aria-current={conversation.conversation_id === open ? 'true' : undefined}
              onClick={() => control.openConversation(conversation.conversation_id)}
            >
              <Entry conversation={conversation} control={control} me={me} />
            </button>
          </li>
        ))}
      </ul>
      {isStarting && <NewConversation me={me} control={control} onClose={() => setStarting(false)} />}
    </nav>
  );
}

type EntryProps = { conversation: Conversation; control: ChatControl; me: Person };

function Entry({ conversation, control, me }: EntryProps) {
  const { last_message: last, unread_count: unread } = conversation;
  const typers = typersIn(control.chat, conversation.conversation_id, Date.now());
  const others = conversation.participants.filter(({ user_id }) => user_id !== me.user_id);
  const isThere = others.some(({ user_id }) => control.chat.online[user_id]);
  return (
    <>
      <span class="name">
        {isThere && (
          <>
            <span class="presence" aria-hidden="true" />
            <span class="hidden">online: </span>
          </>
        )}
        {nameOf(conversation, me)}
      </span>
      <span class="when">{last && clockTime(last.timestamp)}</span>
      <span class="preview">
        {typers.length > 0 ? <em>typing…</em> : last ? `${last.sender.username}: ${last.content}` : 'No messages yet'}
      </span>
      {unread > 0 && (
        <span class="badge">
          {unread}
          <span class="hidden"> unread</span>
        </span>
      )}
    </>
  );
}

type NewProps = { me: Person; control: ChatControl; onClose: () => void };

function NewConversation({ me, control, onClose }: NewProps) {
  const [chosen, setChosen] = useState<Person[]>([]);
  const action = useAction();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const title = String(new FormData(event.currentTarget as HTMLFormElement).get('title')).trim();
    action.run(async () => {
      const conversation = await startConversation(chosen.map(({ user_id }) => user_id), title);
      control.addConversation(conversation);
      control.openConversation(conversation.conversation_id);
      onClose();
    });
  };
  const isChosen = (person: Person) => chosen.some(({ user_id }) => user_id === person.user_id);
  const toggle = (person: Person) =>
    setChosen(isChosen(person) ? chosen.filter(({ user_id }) => user_id !== person.user_id) : [...chosen, person]);
  return (
    <Dialog title="New conversation" onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        {action.error && <Failure error={action.error} />}
        <UserSearch me={me} isChosen={isChosen} onToggle={toggle} />
        <p aria-live="polite">
          {chosen.length === 0
            ? 'Nobody chosen yet.'
            : `With ${chosen.map(({ username }) => username).join(', ')} (${plural(chosen.length, 'person', 'people')}).`}
        </p>
        <Field label="Title" name="title" maxLength={255} />
        <div class="buttons">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={chosen.length === 0 || action.isRunning}>
            Start
          </button>
        </div>
      </form>
    </Dialog>
  );
}

type SearchProps = { me: Person; isChosen: (person: Person) => boolean; onToggle: (person: Person) => void };

function UserSearch({ me, isChosen, onToggle }: SearchProps) {
  const [search, setSearch] = useState('');
  const [found, setFound] = useState<User[]>([]);
  const action = useAction();
  useEffect(() => {
    const timer = setTimeout(() => action.run(async () => setFound(await findUsers(search))), 250);
    return () => clearTimeout(timer);
  }, [search]);
  return (
    <div class="field">
      <label for="people">With</label>
      <input
        id="people"
        type="search"
        placeholder="Search by name"
        autocomplete="off"
        onInput={(event) => setSearch(event.currentTarget.value)}
      />
      {action.error && <Failure error={action.error} />}
      <ul class="found">
        {found
          .filter(({ user_id }) => user_id !== me.user_id)
          .map((user) => (
            <li key={user.user_id}>
              <button type="button" aria-pressed={isChosen(user)} onClick={() => onToggle(user)}>
                {user.username}
              </button>
            </li>
          ))}
      </ul>
    </div>
  );
}
