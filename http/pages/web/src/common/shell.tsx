import type { ComponentChildren } from 'preact';
import { cookie } from './http';
import type { PageFacts } from './page';

type HeaderProps = {
  facts: PageFacts;
  section: string;
  /** Where the page can log in and out by itself; without it the header does, by leaving the page. */
  leave?: () => void;
};

/** The bar on top of every page: where one is, and as whom. */
export function Header({ facts, section, leave }: HeaderProps) {
  const links: [string, string, boolean][] = [
    ['API', '/api/', true],
    ['Documentation', '/api/docs/', true],
    ['Administration', '/admin/', facts.user === null || facts.user.role === 'admin'],
    ['Chat', '/demo/', facts.debug],
  ];
  return (
    <header class="top">
      <a class="skip" href="#main" onClick={focusMain}>
        Skip to the content
      </a>
      <a class="brand" href="/api/">
        <Icon />
        Confab
      </a>
      <nav aria-label="Pages">
        {links
          .filter(([, , isShown]) => isShown)
          .map(([name, address]) => (
            <a key={address} href={address} aria-current={name === section ? 'page' : undefined}>
              {name}
            </a>
          ))}
      </nav>
      <div class="account">{leave ? <Leave facts={facts} leave={leave} /> : <Account facts={facts} />}</div>
    </header>
  );
}

function Icon() {
  return (
    <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
      <path
        class="front"
        d="M4 4h18a4 4 0 0 1 4 4v8a4 4 0 0 1-4 4H12l-6 6v-6H4a4 4 0 0 1-4-4V8a4 4 0 0 1 4-4z"
      />
      <path
        class="back"
        d="M28 12a4 4 0 0 1 4 4v8a4 4 0 0 1-4 4v4l-5-4h-7a4 4 0 0 1-4-4v-2h10a6 6 0 0 0 6-6z"
      />
    </svg>
  );
}

/** The fragment is the admin page's address: the link must not change it. */
function focusMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function Leave({ facts, leave }: { facts: PageFacts; leave: () => void }) {
  if (!facts.user) return null;
  return (
    <>
      <span class="username">{facts.user.username}</span>
      <button type="button" onClick={leave}>
        Log out
      </button>
    </>
  );
}

function Account({ facts }: { facts: PageFacts }) {
  const here = location.pathname + location.search;
  if (!facts.user) {
    return (
      <a class="button" href={`/api-auth/login/?next=${encodeURIComponent(here)}`}>
        Log in
      </a>
    );
  }
  return (
    <form method="post" action={`/api-auth/logout/?next=${encodeURIComponent(here)}`}>
      <input type="hidden" name="csrfmiddlewaretoken" value={cookie('csrftoken')} />
      <span class="username">{facts.user.username}</span>
      <button type="submit">Log out</button>
    </form>
  );
}

export function Main({ children, wide }: { children: ComponentChildren; wide?: boolean }) {
  return (
    <main id="main" tabIndex={-1} class={wide ? 'wide' : undefined}>
      {children}
    </main>
  );
}
