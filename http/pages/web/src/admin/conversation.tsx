import { ConfirmButton } from '../common/confirm';
import { Failure, Loading, Time } from '../common/elements';
import { number, plural } from '../common/format';
import { request } from '../common/http';
import { useAction, useLoaded } from '../common/load';
import { hashTo, navigate, type Location } from '../common/router';
import type { Conversation } from '../common/types';
import { Facts, PersonLink, titleOf, View } from './parts';
import { Threads } from './threads';

export function ConversationView({ id, location }: { id: string; location: Location }) {
  const { data, error, reload } = useLoaded<Conversation>(`/api/admin/conversations/${id}/`);
  const back: [string, string] = ['Conversations', hashTo(['conversations'])];
  if (error) {
    return (
      <View title="Conversation" back={back}>
        <Failure error={error} retry={reload} />
      </View>
    );
  }
  if (!data) return <Loading />;
  return (
    <View title={titleOf(data)} back={back} actions={<DeleteConversation conversation={data} />}>
      <div class="columns side">
        <section class="card" aria-labelledby="messages-heading">
          <h2 id="messages-heading">Messages</h2>
          <Threads conversation={data} location={location} />
        </section>
        <div class="stack">
          <section class="card" aria-labelledby="about-heading">
            <h2 id="about-heading">About</h2>
            <Facts
              rows={[
                ['Title', data.title || <span class="quiet">none</span>],
                ['Messages', number(data.message_count ?? 0)],
                ['Started', <Time at={data.created_at} />],
                ['Id', `${data.id}`],
                ['UUID', <code>{data.conversation_id}</code>],
              ]}
            />
            <p class="links">
              <a href={hashTo(['audit'], { target: data.conversation_id })}>Audit log</a>
            </p>
          </section>
          <Participants conversation={data} onChanged={reload} />
        </div>
      </div>
    </View>
  );
}

function DeleteConversation({ conversation }: { conversation: Conversation }) {
  const remove = async () => {
    await request('DELETE', `/api/admin/conversations/${conversation.id}/`);
    navigate(hashTo(['conversations']));
  };
  return (
    <ConfirmButton label="Delete" title="Delete this conversation?" action="Delete for good" work={remove}>
      <p>
        This removes {plural(conversation.message_count ?? 0, 'message')} of{' '}
        {plural(conversation.participants.length, 'participant')}, with their history and notifications. It cannot be
        undone.
      </p>
    </ConfirmButton>
  );
}

function Participants({ conversation, onChanged }: { conversation: Conversation; onChanged: () => void }) {
  const change = async (verb: 'add' | 'remove', user: number | string) => {
    const base = `/api/conversations/${conversation.conversation_id}`;
    await request('POST', `${base}/${verb}_participant/`, { user_id: user });
    onChanged();
  };
  return (
    <section class="card" aria-labelledby="participants-heading">
      <h2 id="participants-heading">
        Participants <span class="quiet">({number(conversation.participants.length)})</span>
      </h2>
      <ul class="people">
        {conversation.participants.map((person) => (
          <li key={person.user_id}>
            <PersonLink person={person} />
            <ConfirmButton
              label="Remove"
              name={`Remove ${person.username}`}
              class="link bad"
              title={`Remove ${person.username}?`}
              action="Remove"
              work={() => change('remove', person.user_id)}
            >
              <p>{person.username} will not see this conversation any more. Messages stay.</p>
            </ConfirmButton>
          </li>
        ))}
      </ul>
      <AddParticipant add={(user) => change('add', user)} />
    </section>
  );
}

function AddParticipant({ add }: { add: (user: number | string) => Promise<void> }) {
  const action = useAction();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const given = String(new FormData(form).get('user')).trim();
    action.run(async () => {
      await add(/^\d+$/.test(given) ? Number(given) : given);
      form.reset();
    });
  };
  return (
    <form class="inline" onSubmit={submit}>
      {action.error && <Failure error={action.error} />}
      <label for="add-user" class="hidden">
        Id of a user to add
      </label>
      <input id="add-user" name="user" placeholder="Id of a user" required />
      <button type="submit" disabled={action.isRunning}>
        Add
      </button>
    </form>
  );
}
