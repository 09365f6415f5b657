/** Paging and filters of a list. */
import { number } from '../common/format';
import type { AnswerFacts, ParameterFacts } from './facts';

type Listing = { count?: number; next: string | null; previous: string | null; results: unknown[] };

export function listingOf(body: string | null): Listing | null {
  try {
    const data: unknown = JSON.parse(body ?? '');
    const isListing = typeof data === 'object' && data !== null && 'results' in data && 'next' in data;
    return isListing ? (data as Listing) : null;
  } catch {
    return null;
  }
}

/** Paths only: the server names itself as the client did, but a proxy's page stays on the proxy. */
function pathOf(address: string): string {
  const url = new URL(address, location.origin);
  return url.pathname + url.search;
}

function withParameters(changes: Record<string, string>): string {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') query.delete(name);
    else query.set(name, value);
  }
  return `${location.pathname}${query.size ? `?${query}` : ''}`;
}

const sizes = ['10', '20', '50', '100'];

export function Paging({ listing, label }: { listing: Listing; label: string }) {
  const query = new URLSearchParams(location.search);
  const size = query.get('page_size') ?? '20';
  const pages = listing.count === undefined ? 1 : Math.max(1, Math.ceil(listing.count / Number(size)));
  const page = query.get('page') === 'last' ? pages : Number(query.get('page') ?? '1');
  const isWalk = query.has('cursor');
  return (
    <nav class="paging" aria-label={label}>
      <Step address={listing.previous && pathOf(listing.previous)}>Previous</Step>
      <span>
        {isWalk ? 'Walking by cursor' : `Page ${number(page)} of ${number(pages)}`}
        {listing.count !== undefined && <span class="quiet"> · {number(listing.count)} in all</span>}
      </span>
      <Step address={listing.next && pathOf(listing.next)}>Next</Step>
      <label class="size">
        Per page{' '}
        <select
          value={size}
          onChange={(event) =>
            location.assign(withParameters({ page_size: event.currentTarget.value, page: '', cursor: '' }))
          }
        >
          {[...new Set([...sizes, size])].map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      </label>
    </nav>
  );
}

function Step({ address, children }: { address: string | null; children: string }) {
  if (!address) return <span class="button disabled">{children}</span>;
  return (
    <a class="button" href={address} rel={children === 'Next' ? 'next' : 'prev'}>
      {children}
    </a>
  );
}

const ofPaging = ['page', 'page_size', 'cursor'];

export function Filters({ facts }: { facts: AnswerFacts }) {
  const filters = facts.parameters.filter(({ name }) => !ofPaging.includes(name));
  if (filters.length === 0) return null;
  const query = new URLSearchParams(location.search);
  const isUsed = filters.some(({ name }) => query.get(name));
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const chosen = Object.fromEntries(filters.map(({ name }) => [name, String(form.get(name) ?? '')]));
    location.assign(withParameters({ ...chosen, page: '', cursor: '' }));
  };
  return (
    <details class="filters" open={isUsed}>
      <summary>Filters</summary>
      <form onSubmit={submit}>
        {filters.map((parameter) => (
          <Filter key={parameter.name} parameter={parameter} value={query.get(parameter.name) ?? ''} />
        ))}
        <div class="buttons">
          {isUsed && (
            <a class="button" href={facts.path.split('?')[0]}>
              Clear
            </a>
          )}
          <button type="submit" class="primary">
            Apply
          </button>
        </div>
      </form>
    </details>
  );
}

function Filter({ parameter: { name, type, description }, value }: { parameter: ParameterFacts; value: string }) {
  const id = `filter-${name}`;
  return (
    <div class="field">
      <label for={id}>{name}</label>
      {type === 'boolean' ? (
        <select id={id} name={name} aria-describedby={`${id}-hint`}>
          {['', 'true', 'false'].map((choice) => (
            <option key={choice} value={choice} selected={choice === value}>
              {choice || 'any'}
            </option>
          ))}
        </select>
      ) : (
        <input id={id} name={name} defaultValue={value} aria-describedby={`${id}-hint`} />
      )}
      <p class="hint" id={`${id}-hint`}>
        {description}
      </p>
    </div>
  );
}
