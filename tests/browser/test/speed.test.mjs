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
  // Lighthouse speaks to the browser by itself, through a port that the browser chooses.
  const own = await launchForLighthouse();
  try {
    for (const address of ['/api/', '/api/users/', '/api-auth/login/', '/admin/', '/demo/']) {
      const report = await lighthouse(server.url + address, {
        port: own.port,
        onlyCategories: ['performance', 'accessibility'],
        logLevel: 'silent',
      });
      const scores = Object.fromEntries(
        Object.values(report.lhr.categories).map(({ id, score }) => [id, Math.round(score * 100)]),
      );
      t.diagnostic(`${address}: ${JSON.stringify(scores)}`);
      for (const [category, score] of Object.entries(scores)) {
        assert.ok(score >= 95, `${address}: ${category} ${score}: ${failedAudits(report.lhr)}`);
      }
    }
  } finally {
    await own.close();
  }
});

async function launchForLighthouse() {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'confab-lighthouse-'));
  const own = await launchPersistent(profile, ['--remote-debugging-port=0']);
  const [port] = fs.readFileSync(path.join(profile, 'DevToolsActivePort'), 'utf8').split('\n');
  return {
    port: Number(port),
    async close() {
      await own.close();
      fs.rmSync(profile, { recursive: true, force: true });
    },
  };
}

function failedAudits(report) {
  return Object.values(report.audits)
    .filter(({ score }) => score !== null && score < 0.9)
    .map(({ id, displayValue }) => `${id} ${displayValue ?? ''}`)
    .join('; ');
}
