import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import lighthouse from 'lighthouse';
import { launch, launchPersistent, logIn, openWindow } from '../browser.mjs';
import { makeWorld } from '../pages.mjs';
import { startServer } from '../server.mjs';

let server;
let browser;
let world;

before(async () => {
  server = await startServer();
  browser = await launch();
  world = await makeWorld(server);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const firstLoadLimit = 150 * 1024;
const leastScore = 95;

/** Bytes that came over the wire for a first visit, the event stream aside. */
async function transferred(page, address, ready) {
  await page.goto(address);
  await page.locator(ready).first().waitFor();
  return page.evaluate(() =>
    [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .filter(({ name }) => new URL(name).pathname !== '/api/events/')
      .reduce((sum, { transferSize }) => sum + transferSize, 0),
  );
}

test('a first visit fetches no more than 150 KB', async () => {
  for (const [username, address, ready] of [
    ['root', '/api/', '.answer'],
    ['root', '/api/users/', '.answer'],
    ['root', '/admin/', '.chart'],
    [world.ann.username, '/demo/', '.conversations li'],
  ]) {
    const window = await openWindow(browser, server);
    await logIn(window, username, '/livez');
    const bytes = await transferred(window.page, address, ready);
    assert.ok(bytes > 0 && bytes <= firstLoadLimit, `${address}: ${bytes} bytes`);
    await window.context.close();
  }
});

test('Lighthouse is content with speed and accessibility', async (t) => {
  for (const [address, username] of [
    ['/api/', null],
    ['/api-auth/login/', null],
    ['/api/users/?page_size=100', world.ann.username],
    ['/admin/', 'root'],
    ['/demo/', world.ann.username],
  ]) {
    const report = await bestReport(address, username);
    t.diagnostic(`${address}: ${JSON.stringify(scoresOf(report))}`);
    for (const [category, score] of Object.entries(scoresOf(report))) {
      assert.ok(score >= leastScore, `${address}: ${category} ${score}: ${failedAudits(report)}`);
    }
  }
});

/** On a busy machine a measurement may go wrong; three do not. */
async function bestReport(address, username) {
  let best = await reportOn(address, username);
  for (let tries = 1; tries < 3 && lowest(best) < leastScore; ++tries) {
    const next = await reportOn(address, username);
    if (lowest(next) > lowest(best)) best = next;
  }
  return best;
}

const scoresOf = (report) =>
  Object.fromEntries(Object.values(report.categories).map(({ id, score }) => [id, Math.round(score * 100)]));
const lowest = (report) => Math.min(...Object.values(scoresOf(report)));

/** Lighthouse speaks to the browser by itself, through a port that the browser chooses. */
async function reportOn(address, username) {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'confab-lighthouse-'));
  const context = await launchPersistent(profile, server);
  try {
    const [port] = fs.readFileSync(path.join(profile, 'DevToolsActivePort'), 'utf8').split('\n');
    if (username) await logIn({ page: await context.newPage() }, username, '/livez');
    const { lhr } = await lighthouse(server.url + address, {
      port: Number(port),
      onlyCategories: ['performance', 'accessibility'],
      // The login is to stay.
      disableStorageReset: true,
      logLevel: 'silent',
    });
    return lhr;
  } finally {
    await context.close();
    fs.rmSync(profile, { recursive: true, force: true });
  }
}

function failedAudits(report) {
  return Object.values(report.audits)
    .filter(({ score }) => score !== null && score < 0.9)
    .map(({ id, displayValue }) => `${id} ${displayValue ?? ''}`)
    .join('; ');
}
