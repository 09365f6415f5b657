import { useEffect, useRef, useState } from 'preact/hooks';
import { Chip, Empty, Failure } from '../common/elements';
import { follow, type LiveEvent, type StreamState } from '../common/events';
import { ago, clockOf, duration, number, plural } from '../common/format';
import { request, RequestError } from '../common/http';
import { hashTo } from '../common/router';
import { Chart, type Point } from './chart';
import { View } from './parts';

type Statistics = {
  users: { total: number; active: number; admins: number; online: number };
  conversations: number;
  messages: number;
  streams: number;
  version: string;
  database: string;
  started_at: string;
  uptime_seconds: number;
  messages_per_minute: { at: string; count: number }[];
  commit_latency_ms: { p50: number | null; p99: number | null };
  commits_per_second: number | null;
  requests_per_second: number | null;
  awake: { users: number; conversations: number };
  nodes: number;
};

type Sample = { at: number; online: number; p50: number; p99: number; requests: number; commits: number };

const pollSeconds = 5;
const keptSamples = 120;
const keptEvents = 12;

/** The figures, asked for every few seconds, and soon after something has happened. */
function useStatistics(pulse: number) {
  const [statistics, setStatistics] = useState<Statistics | null>(null);
  const [samples, setSamples] = useState<Sample[]>([]);
  const [error, setError] = useState<RequestError | null>(null);
  const refresh = useRef(() => {});
  useEffect(() => {
    const abort = new AbortController();
    let isAsking = false;
    refresh.current = () => {
      if (isAsking || document.hidden) return;
      isAsking = true;
      request<Statistics>('GET', '/api/admin/statistics/', undefined, abort.signal)
        .then((answer) => {
          setStatistics(answer);
          setError(null);
          setSamples((was) => [...was, sampleOf(answer)].slice(-keptSamples));
        })
        .catch((failure: unknown) => {
          if (abort.signal.aborted) return;
          if (!(failure instanceof RequestError)) throw failure;
          setError(failure);
        })
        .finally(() => {
          isAsking = false;
        });
    };
    refresh.current();
    const timer = setInterval(() => refresh.current(), pollSeconds * 1000);
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, []);
  useEffect(() => {
    if (pulse === 0) return;
    const timer = setTimeout(() => refresh.current(), 500);
    return () => clearTimeout(timer);
  }, [pulse]);
  return { statistics, samples, error };
}

function sampleOf(statistics: Statistics): Sample {
  return {
    at: Date.now(),
    online: statistics.users.online,
    p50: statistics.commit_latency_ms.p50 ?? 0,
    p99: statistics.commit_latency_ms.p99 ?? 0,
    requests: statistics.requests_per_second ?? 0,
    commits: statistics.commits_per_second ?? 0,
  };
}

function useLiveEvents() {
  const [events, setEvents] = useState<LiveEvent[]>([]);
  const [state, setState] = useState<StreamState>('connecting');
  useEffect(
    () =>
      follow((event) => {
        if (event.type !== 'reset') setEvents((was) => [event, ...was].slice(0, keptEvents));
      }, setState),
    [],
  );
  return { events, state };
}

export function Overview() {
  const { events, state } = useLiveEvents();
  const [pulse, setPulse] = useState(0);
  useEffect(() => setPulse((was) => was + (events.length > 0 ? 1 : 0)), [events]);
  const { statistics, samples, error } = useStatistics(pulse);
  return (
    <View title="Overview" actions={<StreamChip state={state} />}>
      {error && <Failure error={error} />}
      <Tiles statistics={statistics} />
      <Charts statistics={statistics} samples={samples} />
      <section class="card" aria-labelledby="live-heading">
        <h2 id="live-heading">Happening now</h2>
        <p class="quiet">What reaches your own event stream.</p>
        <EventList events={events} />
      </section>
    </View>
  );
}

function StreamChip({ state }: { state: StreamState }) {
  const words = { live: 'Live', connecting: 'Connecting…', ended: 'Stream closed' };
  return (
    <span role="status">
      <Chip kind={state === 'live' ? 'good' : 'warn'}>{words[state]}</Chip>
    </span>
  );
}

type TilesProps = { statistics: Statistics | null };

/** Before the figures are there, their places are: nothing jumps when they come. */
function Tiles({ statistics }: TilesProps) {
  const shown = (value: (known: Statistics) => string) => (statistics ? value(statistics) : '–');
  return (
    <div class="tiles">
      <Tile name="Users" value={shown(({ users }) => number(users.total))} href={hashTo(['users'])}>
        {shown(({ users }) => `${number(users.active)} active, ${plural(users.admins, 'admin')}`)}
      </Tile>
      <Tile
        name="Online"
        value={shown(({ users }) => number(users.online))}
        href={hashTo(['users'], { is_online: 'true' })}
      >
        {shown(({ streams }) => plural(streams, 'event stream'))}
      </Tile>
      <Tile
        name="Conversations"
        value={shown(({ conversations }) => number(conversations))}
        href={hashTo(['conversations'])}
      >
        {shown(({ awake }) => `${number(awake.conversations)} in memory`)}
      </Tile>
      <Tile name="Messages" value={shown(({ messages }) => number(messages))} href={hashTo(['messages'])}>
        {shown(({ messages_per_minute: minutes }) => `${number(minutes.at(-1)?.count ?? 0)} in this minute`)}
      </Tile>
      <Tile name="Nodes" value={shown(({ nodes }) => number(nodes))} href={hashTo(['cluster'])}>
        {shown(({ database }) => database)}
      </Tile>
      <Tile name="Up for" value={shown(({ uptime_seconds: seconds }) => duration(seconds))}>
        {shown(({ version }) => `version ${version}`)}
      </Tile>
    </div>
  );
}

function Charts({ statistics, samples }: TilesProps & { samples: Sample[] }) {
  const series = (value: (sample: Sample) => number): Point[] =>
    samples.map((sample) => ({ label: clockWithSeconds(sample.at), value: value(sample) }));
  const minutes = statistics?.messages_per_minute ?? [];
  const perMinute = minutes.map(({ at, count }) => ({ label: clockOf(at), value: count }));
  return (
    <div class="charts">
      <Chart title="Messages per minute" unit="/min" points={perMinute} kind="bars" />
      <Chart title="Users online" unit="" points={series(({ online }) => online)} kind="line" />
      <Chart title="Commit latency, median" unit="ms" points={series(({ p50 }) => p50)} kind="line" />
      <Chart title="Commit latency, 99th percentile" unit="ms" points={series(({ p99 }) => p99)} kind="line" />
      <Chart title="Requests" unit="/s" points={series(({ requests }) => requests)} kind="line" />
      <Chart title="Commits" unit="/s" points={series(({ commits }) => commits)} kind="line" />
    </div>
  );
}

function clockWithSeconds(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB');
}

type TileProps = { name: string; value: string; href?: string; children: string };

function Tile({ name, value, href, children }: TileProps) {
  return (
    <div class="tile">
      <p class="name">{href ? <a href={href}>{name}</a> : name}</p>
      <p class="value">{value}</p>
      <p class="quiet">{children}</p>
    </div>
  );
}

function EventList({ events }: { events: LiveEvent[] }) {
  if (events.length === 0) return <Empty>Nothing yet. New messages and comings and goings show here by themselves.</Empty>;
  return (
    <ul class="events">
      {events.map((event, index) => (
        <li key={event.id ?? `${event.at}-${index}`}>
          <Chip>{event.type}</Chip> <span>{describe(event)}</span> <span class="quiet">{ago(event.at)}</span>
        </li>
      ))}
    </ul>
  );
}

type Described = {
  sender?: { username: string };
  user?: { username: string };
  reader?: { username: string };
  content?: string;
  preview?: string;
  title?: string | null;
  is_online?: boolean;
};

function describe(event: LiveEvent): string {
  const data = event.data as Described;
  const who = data.sender ?? data.user ?? data.reader;
  if (event.type === 'presence') return `${who?.username} is ${data.is_online ? 'online' : 'offline'}`;
  const text = data.content ?? data.preview ?? data.title ?? '';
  const shortened = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return [who?.username, shortened].filter(Boolean).join(': ');
}
