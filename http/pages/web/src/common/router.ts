import { useEffect, useState } from 'preact/hooks';

/** An address within a page: what stands behind the #. */
export type Location = { path: string[]; query: URLSearchParams };

function read(): Location {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  return { path: path.split('/').filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(query) };
}

export function useLocation(): Location {
  const [current, setCurrent] = useState(read);
  useEffect(() => {
    const update = () => setCurrent(read());
    addEventListener('hashchange', update);
    // It may have changed since the first look.
    update();
    return () => removeEventListener('hashchange', update);
  }, []);
  return current;
}

export function hashTo(path: (string | number)[], query?: Record<string, string>): string {
  const filled = Object.entries(query ?? {}).filter(([, value]) => value !== '');
  const suffix = filled.length ? `?${new URLSearchParams(filled)}` : '';
  return `#/${path.map(encodeURIComponent).join('/')}${suffix}`;
}

export function navigate(hash: string): void {
  location.hash = hash;
}
