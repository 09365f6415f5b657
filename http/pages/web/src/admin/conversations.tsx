import { Time } from '../common/elements';
import { number } from '../common/format';
import { hashTo, type Location } from '../common/router';
import type { Conversation, Message } from '../common/types';
import { List, SearchFilter, useListing } from './list';
import { titleOf, View } from './parts';

export function Conversations({ location }: { location: Location }) {
  const listing = useListing<Conversation>('/api/admin/conversations/', location, ['search', 'participant', 'ordering']);
  return (
    <View title="Conversations">
      <div class="filters" role="search">
        <SearchFilter location={location} name="search" label="Search titles" />
        <SearchFilter location={location} name="participant" label="Participant (id)" />
      </div>
      <List
        listing={listing}
        noun="conversation"
        head={['Conversation', 'Participants', 'Last message', 'Started']}
        empty="No conversation matches."
        keyOf={(conversation) => conversation.conversation_id}
        cells={(conversation) => [
          <a href={hashTo(['conversations', conversation.id])}>{titleOf(conversation)}</a>,
          number(conversation.participants.length),
          <LastMessage message={conversation.last_message} />,
          <Time at={conversation.created_at} />,
        ]}
      />
    </View>
  );
}

function LastMessage({ message }: { message: Message | null }) {
  if (!message) return <span class="quiet">none</span>;
  return (
    <span class="clip">
      {message.sender.username}: {message.content}
    </span>
  );
}
