import { Chip, Time } from '../common/elements';
import { hashTo, type Location } from '../common/router';
import type { Person } from '../common/types';
import { DateFilter, List, SearchFilter, useListing } from './list';
import { PersonLink, View } from './parts';

type Values = Record<string, unknown> | null;

type Entry = {
  id: string | number;
  at: string;
  actor: Person | null;
  actor_name: string;
  action: string;
  target_type: 'user' | 'conversation' | 'message';
  target_id: string;
  target_label: string;
  before: Values;
  after: Values;
  client: string;
};

const views = { user: 'users', conversation: 'conversations', message: 'messages' };

export function Audit({ location }: { location: Location }) {
  const listing = useListing<Entry>('/api/admin/audit/', location, ['actor', 'action', 'target', 'since', 'until']);
  return (
    <View title="Audit log">
      <div class="filters" role="search">
        <SearchFilter location={location} name="actor" label="Admin (id)" />
        <SearchFilter location={location} name="action" label="Action" />
        <SearchFilter location={location} name="target" label="Of what (UUID)" />
        <DateFilter location={location} name="since" label="From" />
        <DateFilter location={location} name="until" label="Until" />
      </div>
      <List
        listing={listing}
        noun="entry"
        nouns="entries"
        head={['When', 'Who', 'What', 'Of', 'Before and after']}
        empty="Nothing recorded."
        keyOf={(entry) => String(entry.id)}
        cells={(entry) => [
          <Time at={entry.at} />,
          <>
            {entry.actor ? <PersonLink person={entry.actor} /> : entry.actor_name}
            <span class="quiet"> {entry.client}</span>
          </>,
          <Chip>{entry.action}</Chip>,
          <Target entry={entry} />,
          <Changes before={entry.before} after={entry.after} />,
        ]}
      />
    </View>
  );
}

function Target({ entry }: { entry: Entry }) {
  const label = entry.target_label || entry.target_type;
  if (!entry.target_id) return <>{label}</>;
  return <a href={hashTo([views[entry.target_type], entry.target_id])}>{label}</a>;
}

function Changes({ before, after }: { before: Values; after: Values }) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  if (names.length === 0) return <span class="quiet">–</span>;
  return (
    <dl class="changes">
      {names.map((name) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {before && name in before && <del>{shown(before[name])}</del>}{' '}
            {after && name in after && <ins>{shown(after[name])}</ins>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value === '' ? '(empty)' : value;
  return JSON.stringify(value);
}
