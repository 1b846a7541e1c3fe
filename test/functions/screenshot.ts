import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { healthPage } from '../../functions/page.ts';
import { exampleHealth, exampleSeries } from '../support/health.ts';

// Draws docs/health.png anew: node test/functions/screenshot.ts
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage({ colorScheme: 'light', viewport: { width: 820, height: 1090 } });
await page.setContent(healthPage(exampleHealth(), exampleSeries()));
await page.screenshot({ path: join(import.meta.dirname, '../../docs/health.png') });
await browser.close();
