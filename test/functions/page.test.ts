import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { wantsPage } from '../../functions/negotiate.ts';
import { contentSecurityPolicy } from '../../functions/page-style.ts';
import { healthPage } from '../../functions/page.ts';
import { exampleHealth, exampleSeries } from '../support/health.ts';

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const browserTest = program === undefined ? test.skip : test.serial;
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];

test('who asks for HTML by name gets a page, everybody else JSON', (t) => {
  const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';
  for (const accept of [browser, 'text/html', 'application/json;q=0.5, text/html;q=0.6', 'TEXT/HTML']) {
    t.true(wantsPage(accept), accept);
  }
  for (const accept of [null, '', '*/*', 'application/json', 'application/json, text/plain, */*', 'text/*']) {
    t.false(wantsPage(accept), String(accept));
  }
  t.false(wantsPage('text/html;q=0, */*'));
  t.false(wantsPage('application/json, text/html'));
});

test('what services and R say cannot become part of the page', (t) => {
  const health = exampleHealth();
  const text = healthPage({ ...health, problems: ['<script>alert("x")</script> & \'y\''] }, []);
  t.false(text.includes('<script'));
  t.true(text.includes('&#60;script&#62;alert(&#34;x&#34;)&#60;/script&#62; &#38; &#39;y&#39;'));
});

interface Opened {
  readonly page: Page;
  /** Whatever the page wanted from elsewhere, or could not do. */
  readonly complaints: readonly string[];
}

/** The page as a browser shows it, served as the function serves it. */
async function open(
  t: ExecutionContext,
  { scheme, width }: { scheme: 'light' | 'dark'; width: number },
): Promise<Opened> {
  const server = createServer((_request, response) => {
    const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': contentSecurityPolicy };
    response.writeHead(503, headers).end(healthPage(exampleHealth(), exampleSeries()));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const profile = await mkdtemp(join(tmpdir(), 'penstock-chromium-'));
  const browser: BrowserContext = await chromium.launchPersistentContext(profile, {
    ...{ executablePath: program!, headless: true, args: [...flags, '--disable-component-update', '--disable-sync'] },
    ...{ colorScheme: scheme, viewport: { width, height: 800 } },
  });
  t.teardown(async () => {
    await browser.close();
    server.close().closeAllConnections();
    await rm(profile, { recursive: true, force: true });
  });
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('request', (request) => {
    if (!request.isNavigationRequest() && !request.url().endsWith('/favicon.ico')) complaints.push(request.url());
  });
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return { page, complaints: complaints.filter((complaint) => !/favicon|503/.test(complaint)) };
}

/** Of texts with a colour of their own: the lowest contrast to what they stand on (WCAG 2.2, 1.4.3). Runs in the browser. */
const lowestContrast = `(() => {
  const channels = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = (color) => {
    const [red, green, blue] = channels(color).map((value) =>
      value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (channels(color)[3] !== 0) return color;
    }
    return 'rgb(255, 255, 255)';
  };
  let lowest = { ratio: 21, text: '' };
  for (const element of document.querySelectorAll('main *')) {
    const isText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '');
    if (!isText || element.closest('svg')) continue;
    const [one, other] = [luminance(getComputedStyle(element).color), luminance(ground(element))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < lowest.ratio) lowest = { ratio, text: element.textContent };
  }
  return lowest;
})()`;

for (const scheme of ['light', 'dark'] as const) {
  for (const width of [1280, 320]) {
    browserTest(`in a ${scheme} browser ${width} pixels wide all of it fits, and is to be read`, async (t) => {
      const { page, complaints } = await open(t, { scheme, width });
      t.is(await page.title(), 'Penstock: failing');
      t.true(await page.evaluate<boolean>('document.documentElement.scrollWidth <= window.innerWidth'));
      const { ratio, text } = await page.evaluate<{ ratio: number; text: string }>(lowestContrast);
      t.true(ratio >= 4.5, `${ratio.toFixed(2)}: ${text}`);
      t.deepEqual(complaints, []);
    });
  }
}

browserTest('the two schemes differ: the style holds under the page’s own policy', async (t) => {
  const ground = async (scheme: 'light' | 'dark') => {
    const { page } = await open(t, { scheme, width: 800 });
    return page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
  };
  t.deepEqual([await ground('light'), await ground('dark')], ['rgb(244, 246, 248)', 'rgb(15, 20, 24)']);
});

browserTest(
  'it says what fails, who serves what, and how each probe fared, to those who hear it as well',
  async (t) => {
    const { page } = await open(t, { scheme: 'light', width: 1280 });
    t.regex(await page.getByRole('alert').innerText(), /probe ten-rows failed: wrong answer/);
    t.deepEqual(await page.getByRole('heading', { level: 2 }).allInnerTexts(), [
      'What fails',
      'What needs a look',
      'boston-housing',
      'diabetes',
      'The gateway’s certificate',
    ]);
    const curves = page.getByRole('img');
    t.is(await curves.count(), 3);
    t.regex(
      String(await curves.nth(2).getAttribute('aria-label')),
      /^ten-rows: \d+ results, 19 failed, median \d+ ms, slowest \d+ ms$/,
    );
    // A curve is drawn, with a gap where nothing was measured, and a mark where probes failed.
    t.is(await curves.nth(0).locator('path.line').count(), 2);
    t.true((await curves.nth(2).locator('rect.mark').count()) >= 1);
    const text = await page.locator('main').innerText();
    for (const part of ['91 days left', 'another release', 'gone', '9 files, 5.0 MB', 'a call without a key']) {
      t.true(text.includes(part), part);
    }
  },
);
