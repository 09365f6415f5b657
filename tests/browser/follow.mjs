// Follows a stream with Chromium's own EventSource and the session cookie: node follow.mjs URL ADDRESS USERNAME.
// Prints a line of JSON for each thing that happens; ends when its input ends.

import { launch, logIn, openWindow } from './browser.mjs';

const [url, address, username] = process.argv.slice(2);
const types = [
  'message.created', 'message.updated', 'message.deleted', 'message.read', 'notification.created', 'notification.updated',
  'conversation.created', 'conversation.updated', 'conversation.deleted', 'participant.added', 'participant.removed',
  'presence', 'typing', 'reset', 'message',
];

const browser = await launch();
process.stdin
  .on('end', async () => {
    await browser.close();
    process.exit(0);
  })
  .resume();

// The page is only where the EventSource lives; what its policy allows is tested elsewhere.
const window = await openWindow(browser, { url }, { bypassCSP: true });
await logIn(window, username);
await window.page.exposeFunction('tell', (what) => process.stdout.write(`${JSON.stringify(what)}\n`));
await window.page.evaluate(
  ([address, types]) => {
    const source = new EventSource(address);
    source.onopen = () => tell({ kind: 'open' });
    for (const type of types) {
      source.addEventListener(type, ({ lastEventId, data }) => tell({ kind: 'event', type, lastEventId, data }));
    }
    source.onerror = () => tell({ kind: source.readyState === EventSource.CLOSED ? 'closed' : 'lost' });
  },
  [address, types],
);
