import { render } from 'preact';
import { Notice } from '../common/elements';
import { readPageFacts } from '../common/page';
import { Header, Main } from '../common/shell';
import { Answer } from './answer';
import type { AnswerFacts } from './facts';
import { DeleteButton, Methods, OptionsButton } from './forms';
import { Filters, listingOf, Paging } from './lists';
import './style.css';

function Page({ facts }: { facts: AnswerFacts }) {
  const listing = facts.status === 200 ? listingOf(facts.body) : null;
  return (
    <>
      <Header facts={facts} section="API" />
      <Main>
        <Breadcrumbs facts={facts} />
        <div class="heading">
          <div>
            <h1>{facts.name}</h1>
            <p class="quiet">{facts.description}</p>
          </div>
          <div class="buttons">
            <a class="button" href={facts.path}>
              GET
            </a>
            <a class="button" href={jsonAddress()}>
              JSON
            </a>
            <OptionsButton facts={facts} />
            <DeleteButton facts={facts} />
          </div>
        </div>
        {facts.status === 401 && <LoginHint />}
        <Filters facts={facts} />
        {listing && <Paging listing={listing} label="Pages, above the answer" />}
        <Answer
          label="The answer"
          request={`GET ${facts.path}`}
          status={facts.status}
          reason={facts.reason}
          headers={facts.headers}
          body={facts.body}
        />
        {listing && listing.results.length > 5 && <Paging listing={listing} label="Pages, below the answer" />}
        <Methods facts={facts} />
      </Main>
    </>
  );
}

function Breadcrumbs({ facts }: { facts: AnswerFacts }) {
  const last = facts.breadcrumbs.length - 1;
  return (
    <nav class="breadcrumbs" aria-label="Breadcrumbs">
      <ol>
        {facts.breadcrumbs.map(({ name, url }, index) => (
          <li key={url}>
            <a href={url} aria-current={index === last ? 'page' : undefined}>
              {name}
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function LoginHint() {
  const here = encodeURIComponent(location.pathname + location.search);
  return (
    <Notice>
      This address is for users. <a href={`/api-auth/login/?next=${here}`}>Log in</a> to see it.
    </Notice>
  );
}

function jsonAddress(): string {
  const query = new URLSearchParams(location.search);
  query.set('format', 'json');
  return `${location.pathname}?${query}`;
}

const app = document.getElementById('app');
if (app) {
  app.replaceChildren();
  render(<Page facts={readPageFacts<AnswerFacts>()} />, app);
}
