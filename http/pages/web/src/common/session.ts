import { useCallback, useEffect, useState } from 'preact/hooks';
import { logOut, request, RequestError } from './http';
import { readPageFacts, type PageFacts, type Viewer } from './page';

export type Session = {
  facts: PageFacts;
  error: RequestError | null;
  /** Asks the server who is logged in now. */
  renew: () => void;
  leave: () => void;
};

async function currentUser(): Promise<Viewer | null> {
  try {
    return await request<Viewer>('GET', '/api/users/me/');
  } catch (error) {
    if (error instanceof RequestError && error.status === 401) return null;
    throw error;
  }
}

/** Who looks at the page: at first whom the server saw, later whoever has logged in or out here. */
export function useSession(): Session {
  const [facts, setFacts] = useState(() => readPageFacts<PageFacts>());
  const [error, setError] = useState<RequestError | null>(null);
  const setUser = useCallback((user: Viewer | null) => {
    setError(null);
    setFacts((was) => ({ ...was, user }));
  }, []);
  const fail = useCallback((failure: unknown) => {
    if (!(failure instanceof RequestError)) throw failure;
    setError(failure);
  }, []);
  const renew = useCallback(() => {
    currentUser().then(setUser, fail);
  }, []);
  const leave = useCallback(() => {
    logOut().then(() => setUser(null), fail);
  }, []);
  useEffect(() => {
    // A page that comes back from the browser's own memory may show who was logged in before.
    const check = (event: PageTransitionEvent) => event.persisted && location.reload();
    addEventListener('pageshow', check);
    return () => removeEventListener('pageshow', check);
  }, []);
  return { facts, error, renew, leave };
}
