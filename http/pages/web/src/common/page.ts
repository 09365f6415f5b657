import type { Person, Role } from './types';

export type Viewer = Person & { role: Role };

/** What the server tells every page about itself, in a JSON block of the document. */
export type PageFacts = {
  user: Viewer | null;
  debug: boolean;
  version: string;
};

export function readPageFacts<Facts extends PageFacts>(): Facts {
  const block = document.getElementById('page');
  return JSON.parse(block?.textContent ?? '{}') as Facts;
}
