/** A message's texts through time, each beside the one that followed, with the differences marked. */
import { diffWordsWithSpace, type ChangeObject } from 'diff';
import { Empty, Failure, Loading, Time } from '../common/elements';
import { useLoaded } from '../common/load';
import type { Message, Page, Revision } from '../common/types';
import { PersonLink } from './parts';

export function History({ message }: { message: Message }) {
  const url = `/api/messages/${message.message_id}/history/?page_size=100`;
  const { data, error, reload } = useLoaded<Page<Revision>>(url);
  if (error) return <Failure error={error} retry={reload} />;
  if (!data) return <Loading />;
  if (data.results.length === 0) return <Empty>Never edited.</Empty>;
  return (
    <ol class="history">
      {data.results.map((revision, index) => (
        <li key={revision.id}>
          <p>
            <PersonLink person={revision.edited_by} /> changed it <Time at={revision.edited_at} />
          </p>
          <Comparison before={revision.content} after={data.results[index - 1]?.content ?? message.content} />
        </li>
      ))}
    </ol>
  );
}

function Comparison({ before, after }: { before: string; after: string }) {
  const parts = diffWordsWithSpace(before, after);
  return (
    <div class="comparison">
      <Side name="Before" parts={parts.filter(({ added }) => !added)} />
      <Side name="After" parts={parts.filter(({ removed }) => !removed)} />
    </div>
  );
}

function Side({ name, parts }: { name: string; parts: ChangeObject<string>[] }) {
  return (
    <div>
      <h3>{name}</h3>
      <p class="text">
        {parts.map(({ value, added, removed }, index) => {
          if (added) return <ins key={index}>{value}</ins>;
          return removed ? <del key={index}>{value}</del> : value;
        })}
      </p>
    </div>
  );
}
