import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertFitsWidth, assertNoTroubles, expectTroubles, logIn, openWindow, seriousViolations } from '../browser.mjs';
import { allPages, makeWorld } from '../pages.mjs';
import { browser, server, setStage } from '../stage.mjs';

let pages;

setStage(async (server) => {
  const world = await makeWorld(server);
  pages = allPages(world).map((page) => ({ ...page, username: page.as && world[page.as].username }));
});

const screens = {
  'light': { colorScheme: 'light' },
  'dark': { colorScheme: 'dark' },
  'light, on a phone': { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
};

for (const [screen, options] of Object.entries(screens)) {
  describe(screen, () => {
    test('every page is accessible, fits and reports no error', async () => {
      for (const username of [...new Set(pages.map((page) => page.username))]) {
        const window = await openWindow(browser, server, options);
        if (username) await logIn(window, username);
        for (const { name, address, ready, act } of pages.filter((page) => page.username === username)) {
          await window.page.goto(address);
          await ready(window.page);
          await act?.(window.page);
          assert.deepEqual(await seriousViolations(window.page), [], `${name}, ${screen}`);
          await assertFitsWidth(window.page);
          if (name === 'API: refused') expectTroubles(window, 401);
          if (name === 'API: missing') expectTroubles(window, 404);
          assertNoTroubles(window);
        }
        await window.context.close();
      }
    });
  });
}

test('a keyboard reaches the content first, and shows where it is', async () => {
  for (const [address, ready] of [['/api/users/me/', '.answer'], ['/admin/', '.chart']]) {
    const window = await openWindow(browser, server);
    const { page } = window;
    await logIn(window, 'root', address);
    await page.locator(ready).first().waitFor();
    await page.keyboard.press('Tab');
    await page.waitForFunction(() => document.activeElement.textContent === 'Skip to the content');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement.id === 'main');
    await page.keyboard.press('Tab');
    await page.waitForFunction(
      () => document.activeElement.id !== 'main' && getComputedStyle(document.activeElement).outlineStyle === 'solid',
    );
    await window.context.close();
  }
});

test('a view that one has come to is announced by its heading', async () => {
  const window = await openWindow(browser, server);
  const { page } = window;
  await logIn(window, 'root', '/admin/');
  await page.getByRole('link', { name: 'Audit log' }).click();
  await page.waitForFunction(() => document.activeElement.textContent === 'Audit log' && document.activeElement.tagName === 'H1');
  await window.context.close();
});
