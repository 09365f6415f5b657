import { useState } from 'preact/hooks';
import { Empty, Failure, Loading } from '../common/elements';
import { plural } from '../common/format';
import { useLoaded } from '../common/load';
import type { Location } from '../common/router';
import type { Conversation, Message } from '../common/types';
import { Pager, pagesOf, useListing } from './list';
import { MessageText } from './message_text';

/** The top-level messages of a conversation, newest first; replies open below them. */
export function Threads({ conversation, location }: { conversation: Conversation; location: Location }) {
  const base = `/api/conversations/${conversation.conversation_id}/messages/`;
  const listing = useListing<Message>(base, location, []);
  const { data, error, reload } = listing;
  if (error) return <Failure error={error} retry={reload} />;
  if (!data) return <Loading />;
  if (data.results.length === 0) return <Empty>No messages yet.</Empty>;
  return (
    <>
      <p class="quiet">Newest first; open a thread to see the replies.</p>
      <ol class="thread">
        {data.results.map((message) => (
          <li key={message.message_id}>
            <MessageText message={message} />
            {message.is_thread && <Thread message={message} />}
          </li>
        ))}
      </ol>
      <Pager listing={listing} count={plural(data.count, 'message')} pages={pagesOf(data)} />
    </>
  );
}

/** The replies below a message, opened on demand. */
function Thread({ message }: { message: Message }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="link" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? 'Hide the thread' : `Show ${plural(message.reply_count, 'reply', 'replies')}`}
      </button>
      {isOpen && <Replies message={message} />}
    </>
  );
}

function Replies({ message }: { message: Message }) {
  const [pages, setPages] = useState(1);
  return (
    <ol class="thread replies">
      {Array.from({ length: pages }, (_, index) => (
        <RepliesPage
          key={index}
          message={message}
          page={index + 1}
          onMore={index + 1 === pages ? () => setPages(pages + 1) : null}
        />
      ))}
    </ol>
  );
}

type RepliesPageProps = { message: Message; page: number; onMore: (() => void) | null };

function RepliesPage({ message, page, onMore }: RepliesPageProps) {
  const base = `/api/conversations/${message.conversation}/messages/${message.message_id}/thread/`;
  const { data, error, reload } = useLoaded<{ next: string | null; results: Message[] }>(
    `${base}?page=${page}&page_size=50`,
  );
  if (error) {
    return (
      <li>
        <Failure error={error} retry={reload} />
      </li>
    );
  }
  if (!data) {
    return (
      <li>
        <Loading />
      </li>
    );
  }
  return (
    <>
      {data.results
        .filter(({ message_id }) => message_id !== message.message_id)
        .map((reply) => (
          <li key={reply.message_id} class={`depth-${Math.min(reply.thread_depth, 6)}`}>
            <MessageText message={reply} />
          </li>
        ))}
      {data.next && onMore && (
        <li>
          <button type="button" onClick={onMore}>
            More replies
          </button>
        </li>
      )}
    </>
  );
}
