// What every file of tests needs: a server and a browser, a world in it, a window for each test. Each file runs in a
// process of its own; what is exported here is there from its first test on.

import { after, afterEach, before, beforeEach } from 'node:test';
import { assertNoTroubles, launch, openWindow } from './browser.mjs';
import { startServer } from './server.mjs';

export let server;
export let browser;
export let world;
export let window;
export let page;

/** Starts both before the first test and ends them after the last; `makeWorld` is given the server. */
export function setStage(makeWorld = async () => undefined) {
  before(async () => {
    server = await startServer();
    browser = await launch();
    world = await makeWorld(server);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });
}

/** A new window for each test, in which nothing may go wrong. */
export function openWindowForEach() {
  beforeEach(async () => {
    window = await openWindow(browser, server);
    page = window.page;
  });
  afterEach(async () => {
    assertNoTroubles(window);
    await window.context.close();
  });
}
