import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { request, RequestError } from './http';

export type Loaded<Data> = {
  data: Data | null;
  error: RequestError | null;
  isLoading: boolean;
  reload: () => void;
};

/** GETs an address, again whenever it changes; null: nothing to get. What was there stays until the new comes. */
export function useLoaded<Data>(url: string | null): Loaded<Data> {
  const [state, setState] = useState<{ data: Data | null; error: RequestError | null; isLoading: boolean }>({
    data: null,
    error: null,
    isLoading: url !== null,
  });
  const [round, setRound] = useState(0);
  const lastUrl = useRef(url);
  useEffect(() => {
    if (url === null) return;
    const abort = new AbortController();
    const isOther = pathOf(lastUrl.current) !== pathOf(url);
    lastUrl.current = url;
    setState((was) => ({ data: isOther ? null : was.data, error: null, isLoading: true }));
    request<Data>('GET', url, undefined, abort.signal).then(
      (data) => setState({ data, error: null, isLoading: false }),
      (error: unknown) => {
        if (abort.signal.aborted) return;
        if (!(error instanceof RequestError)) throw error;
        setState({ data: null, error, isLoading: false });
      },
    );
    return () => abort.abort();
  }, [url, round]);
  const reload = useCallback(() => setRound((was) => was + 1), []);
  return { ...state, reload };
}

const pathOf = (url: string | null) => url?.split('?')[0];

export type Action = {
  run: (work: () => Promise<void>) => void;
  error: RequestError | null;
  isRunning: boolean;
};

/** One thing at a time that a user has asked for, with its outcome. */
export function useAction(): Action {
  const [error, setError] = useState<RequestError | null>(null);
  const [isRunning, setRunning] = useState(false);
  const busy = useRef(false);
  const run = useCallback((work: () => Promise<void>) => {
    if (busy.current) return;
    busy.current = true;
    setRunning(true);
    setError(null);
    work()
      .catch((failure: unknown) => {
        if (!(failure instanceof RequestError)) throw failure;
        setError(failure);
      })
      .finally(() => {
        busy.current = false;
        setRunning(false);
      });
  }, []);
  return { run, error, isRunning };
}
