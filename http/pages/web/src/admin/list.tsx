/** A list that pages on the server, with its filters in the page's address. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Empty, Failure, Loading } from '../common/elements';
import { number, plural } from '../common/format';
import { type Loaded, useLoaded } from '../common/load';
import { hashTo, navigate, type Location } from '../common/router';
import type { Page } from '../common/types';

const pageSize = 25;

export type Listing<Item> = Loaded<Page<Item>> & { page: number; setPage: (page: number) => void };

/** `names`: the query parameters that the address of the page hands on to the API. */
export function useListing<Item>(base: string, location: Location, names: string[]): Listing<Item> {
  const page = Number(location.query.get('page') ?? '1');
  const query = new URLSearchParams({ page: String(page), page_size: String(pageSize) });
  for (const name of names) {
    const value = location.query.get(name);
    if (value) query.set(name, value);
  }
  const [path, fixed] = base.split('?');
  for (const [name, value] of new URLSearchParams(fixed)) query.set(name, value);
  const loaded = useLoaded<Page<Item>>(`${path}?${query}`);
  const setPage = (next: number) => navigate(changed(location, { page: next === 1 ? '' : String(next) }));
  return { ...loaded, page, setPage };
}

function changed(location: Location, changes: Record<string, string>): string {
  return hashTo(location.path, { ...Object.fromEntries(location.query), ...changes });
}

type ListProps<Item> = {
  listing: Listing<Item>;
  noun: string;
  nouns?: string;
  head: string[];
  keyOf: (item: Item) => string;
  /** What stands in a row, in the order of the head; the first cell names the row. */
  cells: (item: Item) => ComponentChildren[];
  empty: string;
};

export function List<Item>({ listing, noun, nouns, head, keyOf, cells, empty }: ListProps<Item>) {
  const { data, error, isLoading, reload } = listing;
  if (error?.status === 404 && listing.page > 1) {
    return (
      <Empty>
        There is no page {number(listing.page)}. <button class="link" onClick={() => listing.setPage(1)}>Back to the first</button>
      </Empty>
    );
  }
  if (error) return <Failure error={error} retry={reload} />;
  if (!data) return <Loading />;
  if (data.results.length === 0) return <Empty>{empty}</Empty>;
  return (
    <div aria-busy={isLoading}>
      <div class="table" role="region" aria-label={`${noun} list`} tabIndex={0}>
        <table>
          <thead>
            <tr>
              {head.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.results.map((item) => (
              <Row key={keyOf(item)} head={head} cells={cells(item)} />
            ))}
          </tbody>
        </table>
      </div>
      <Pager listing={listing} count={plural(data.count, noun, nouns)} pages={pagesOf(data)} />
    </div>
  );
}

function Row({ head, cells: [first, ...others] }: { head: string[]; cells: ComponentChildren[] }) {
  return (
    <tr>
      <th scope="row">{first}</th>
      {others.map((cell, index) => (
        <td key={index} data-label={head[index + 1]}>
          {cell}
        </td>
      ))}
    </tr>
  );
}

export const pagesOf = ({ count }: { count: number }): number => Math.max(1, Math.ceil(count / pageSize));

/** `count`: how much there is, in words. */
type PagerProps = { listing: Pick<Listing<unknown>, 'page' | 'setPage'>; count: string; pages: number };

export function Pager({ listing: { page, setPage }, count, pages }: PagerProps) {
  return (
    <nav class="pager" aria-label="Pages of the list">
      <button type="button" disabled={page <= 1} onClick={() => setPage(page - 1)}>
        Previous
      </button>
      <span aria-live="polite">
        Page {number(page)} of {number(pages)} <span class="quiet">· {count}</span>
      </span>
      <button type="button" disabled={page >= pages} onClick={() => setPage(page + 1)}>
        Next
      </button>
    </nav>
  );
}

type FilterProps = { location: Location; name: string; label: string };

/** Searches while one types, half a second behind. */
export function SearchFilter({ location, name, label }: FilterProps) {
  const given = location.query.get(name) ?? '';
  const [text, setText] = useState(given);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => setText(given), [given]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const search = (value: string) => navigate(changed(location, { [name]: value.trim(), page: '' }));
  const type = (value: string) => {
    setText(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => search(value), 500);
  };
  return (
    <label class="filter">
      <span>{label}</span>
      <input
        type="search"
        value={text}
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          clearTimeout(timer.current);
          search(text);
        }}
      />
    </label>
  );
}

export function ChoiceFilter({ location, name, label, choices }: FilterProps & { choices: [string, string][] }) {
  return (
    <label class="filter">
      <span>{label}</span>
      <select
        value={location.query.get(name) ?? ''}
        onChange={(event) => navigate(changed(location, { [name]: event.currentTarget.value, page: '' }))}
      >
        <option value="">any</option>
        {choices.map(([value, shown]) => (
          <option key={value} value={value}>
            {shown}
          </option>
        ))}
      </select>
    </label>
  );
}

export function DateFilter({ location, name, label }: FilterProps) {
  return (
    <label class="filter">
      <span>{label}</span>
      <input
        type="date"
        value={location.query.get(name) ?? ''}
        onChange={(event) => navigate(changed(location, { [name]: event.currentTarget.value, page: '' }))}
      />
    </label>
  );
}
