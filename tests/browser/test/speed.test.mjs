import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import lighthouse from 'lighthouse';
import { launchPersistent, logIn, openWindow } from '../browser.mjs';
import { makeWorld } from '../pages.mjs';
import { waitUntil } from '../server.mjs';
import { browser, server, setStage, world } from '../stage.mjs';

setStage(makeWorld);

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

test('Lighthouse finds every page accessible and says how fast it was', async (t) => {
  for (const [address, username] of [
    ['/api/', null],
    ['/api-auth/login/', null],
    ['/api/users/?page_size=100', world.ann.username],
    ['/admin/', 'root'],
    ['/demo/', world.ann.username],
  ]) {
    const report = await reportOn(address, username);
    const scores = scoresOf(report);
    // How fast the machine was is told, not judged: it may have had other things to do.
    t.diagnostic(`${address}: ${JSON.stringify(scores)}`);
    assert.ok(scores.accessibility >= leastScore, `${address}: ${failedAudits(report)}`);
  }
});

const scoresOf = (report) =>
  Object.fromEntries(Object.values(report.categories).map(({ id, score }) => [id, score && Math.round(score * 100)]));

/** What stands in the first line of the file, once that is whole. */
function portIn(file) {
  const [port, ...rest] = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n') : [];
  return rest.length > 0 && Number(port);
}

/** Lighthouse speaks to the browser by itself, through a port that the browser chooses. */
async function reportOn(address, username) {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'confab-lighthouse-'));
  const context = await launchPersistent(profile, server);
  try {
    const port = await waitUntil(() => portIn(path.join(profile, 'DevToolsActivePort')));
    if (username) await logIn({ page: await context.newPage() }, username, '/livez');
    const { lhr } = await lighthouse(server.url + address, {
      port,
      onlyCategories: ['performance', 'accessibility'],
      // The login is to stay.
      disableStorageReset: true,
      maxWaitForFcp: 180_000,
      maxWaitForLoad: 180_000,
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
