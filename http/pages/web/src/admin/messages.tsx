import { ConfirmButton } from '../common/confirm';
import { Chip, Failure, Loading, Time } from '../common/elements';
import { number } from '../common/format';
import { request } from '../common/http';
import { useLoaded } from '../common/load';
import { hashTo, navigate, type Location } from '../common/router';
import type { Message } from '../common/types';
import { History } from './history';
import { DateFilter, List, SearchFilter, useListing } from './list';
import { Facts, PersonLink, View } from './parts';

export function Messages({ location }: { location: Location }) {
  const listing = useListing<Message>('/api/admin/messages/', location, [
    'search', 'conversation', 'sender', 'sent_after', 'sent_before',
  ]);
  return (
    <View title="Messages">
      <div class="filters" role="search">
        <SearchFilter location={location} name="search" label="Search words" />
        <SearchFilter location={location} name="sender" label="Sender (id)" />
        <SearchFilter location={location} name="conversation" label="Conversation (id)" />
        <DateFilter location={location} name="sent_after" label="Sent from" />
        <DateFilter location={location} name="sent_before" label="Sent before" />
      </div>
      <List
        listing={listing}
        noun="message"
        head={['Message', 'Sender', 'Conversation', 'Sent', 'Marks']}
        empty="No message matches."
        keyOf={(message) => message.message_id}
        cells={(message) => [
          <a class="clip" href={hashTo(['messages', message.message_id])}>
            {message.content}
          </a>,
          <PersonLink person={message.sender} />,
          <a href={hashTo(['conversations', message.conversation])}>open at #{message.seq}</a>,
          <Time at={message.timestamp} />,
          <Marks message={message} />,
        ]}
      />
    </View>
  );
}

function Marks({ message }: { message: Message }) {
  return (
    <>
      {message.edited && <Chip>edited</Chip>} {message.parent_message && <Chip>reply</Chip>}
    </>
  );
}

export function MessageView({ id }: { id: string }) {
  const { data: message, error, reload } = useLoaded<Message>(`/api/admin/messages/${id}/`);
  const back: [string, string] = ['Messages', hashTo(['messages'])];
  if (error) {
    return (
      <View title="Message" back={back}>
        <Failure error={error} retry={reload} />
      </View>
    );
  }
  if (!message) return <Loading />;
  return (
    <View title={`Message of ${message.sender.username}`} back={back} actions={<DeleteMessage message={message} />}>
      <div class="columns side">
        <div class="stack">
          <section class="card" aria-labelledby="text-heading">
            <h2 id="text-heading">Text</h2>
            <p class="text">{message.content}</p>
          </section>
          <section class="card" aria-labelledby="history-heading">
            <h2 id="history-heading">Edit history</h2>
            <History message={message} />
          </section>
        </div>
        <section class="card" aria-labelledby="about-heading">
          <h2 id="about-heading">About</h2>
          <Facts
            rows={[
              ['Sender', <PersonLink person={message.sender} />],
              ['Receiver', message.receiver ? <PersonLink person={message.receiver} /> : 'everybody in it'],
              ['Conversation', <a href={hashTo(['conversations', message.conversation])}>open</a>],
              ['Position', `#${number(message.seq)}`],
              ['Sent', <Time at={message.timestamp} />],
              ['Edited', <Time at={message.edited_at} />],
              [
                'Answers',
                message.parent_message ? <a href={hashTo(['messages', message.parent_message])}>a message</a> : 'nothing',
              ],
              ['Replies', number(message.reply_count)],
              ['Read by all', message.read ? 'yes' : 'no'],
              ['UUID', <code>{message.message_id}</code>],
            ]}
          />
        </section>
      </div>
    </View>
  );
}

function DeleteMessage({ message }: { message: Message }) {
  const remove = async () => {
    await request('DELETE', `/api/admin/messages/${message.message_id}/`);
    navigate(hashTo(['messages']));
  };
  return (
    <ConfirmButton label="Delete" title="Delete this message?" action="Delete for good" work={remove}>
      <p class="text">{message.content}</p>
      <p>All replies below it go with it. It cannot be undone.</p>
    </ConfirmButton>
  );
}
