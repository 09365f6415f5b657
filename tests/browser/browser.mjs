// Debian's Chromium, with an eye on everything that must not happen in it.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { password, patience } from './server.mjs';

const executablePath = process.env.CONFAB_CHROMIUM ?? '/usr/bin/chromium';
const chromiumFlags = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

const axeSource = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const launch = () => chromium.launch({ executablePath, args: chromiumFlags, timeout: patience });

/** A browser whose profile lies in a directory of the caller's, and which others can speak to. */
export async function launchPersistent(profile, server) {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: [...chromiumFlags, '--remote-debugging-port=0'],
    baseURL: server.url,
    timeout: patience,
  });
  context.setDefaultTimeout(patience);
  return context;
}

/**
 * A window of its own, with cookies of its own. `troubles` lists what went wrong in it: dialogs,
 * exceptions, console errors, refusals by the content security policy; `expected` the statuses of
 * answers that may be among them.
 */
export async function openWindow(browser, server, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 850 }, baseURL: server.url, ...options });
  context.setDefaultTimeout(patience);
  const troubles = [];
  context.on('dialog', (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  context.on('weberror', (event) => troubles.push(`exception: ${event.error().stack}`));
  context.on('console', (message) => {
    if (message.type() === 'error') troubles.push(`console: ${message.text()} ${message.location().url}`);
  });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`refused by policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  const page = await context.newPage();
  return { context, page, troubles, expected: [] };
}

/** Browsers log every answer that says no, sooner or later; here are those that a test has asked for. */
export function expectTroubles(window, ...statuses) {
  window.expected.push(...statuses);
}

export function assertNoTroubles({ troubles, expected }) {
  const isExpected = (trouble) =>
    trouble.startsWith('console: Failed to load resource') &&
    expected.some((status) => trouble.includes(` ${status} `));
  assert.deepEqual(troubles.filter((trouble) => !isExpected(trouble)), []);
}

/** Through the login form, as a person would. */
export async function logIn(window, username, next = '/api/') {
  const { page } = window;
  await page.goto(`/api-auth/login/?next=${encodeURIComponent(next)}`);
  await page.getByLabel('Username or email').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/api-auth/'));
}

/** What axe-core calls serious or critical, as lines of text. */
export async function seriousViolations(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).slice(0, 5).join(', ')}`);
}

export async function assertFitsWidth(page) {
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(excess <= 0, `${page.url()} is ${excess} px wider than the screen`);
}
