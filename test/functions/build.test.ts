import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { pino } from 'pino';
import { startAppProcess } from '../../cli/functions-host/app-process.ts';
import { buildFunctions } from '../../functions/build.ts';

let directory: string;
let size: number;
test.before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'penstock-build-'));
  size = await buildFunctions(directory);
});
test.after.always(() => rm(directory, { recursive: true, force: true }));

test('the built app is one module below 2 MB, without test code', async (t) => {
  t.true(size < 2 * 1024 * 1024, `${size} bytes`);
  const code = await readFile(join(directory, 'app.js'), 'utf8');
  t.false(/fast-check|from ?["']ava["']/.test(code));
});

test('it is a package that Azure Functions takes', async (t) => {
  const description = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as Record<string, unknown>;
  t.like(description, { type: 'module', main: 'app.js' });
  const host = JSON.parse(await readFile(join(directory, 'host.json'), 'utf8')) as Record<string, unknown>;
  t.like(host, { version: '2.0', extensionBundle: { version: '[4.*, 5.0.0)' } });
});

test('it registers exactly its functions, even with no setting at all', async (t) => {
  const lines: string[] = [];
  const logger = pino({}, { write: (line: string) => void lines.push(line) });
  const app = await startAppProcess(directory, {}, logger);
  await app.stop(2_000);
  const registered = app.functions.map(({ name, bindings }) => [
    name,
    Object.values(bindings).map(({ type, schedule, queueName, connection, route, authLevel, methods }) => ({
      type,
      ...(schedule !== undefined && { schedule }),
      ...(queueName !== undefined && { queueName, connection }),
      ...(route !== undefined && { route, authLevel, methods }),
    })),
  ]);
  t.deepEqual(Object.fromEntries(registered), {
    'warm-models': [{ type: 'timerTrigger', schedule: '%WARM_SCHEDULE%' }],
    'warm-models-on-promotion': [
      { type: 'queueTrigger', queueName: '%PROMOTION_QUEUE%', connection: 'PromotionStorage' },
    ],
    'probe-health': [{ type: 'timerTrigger', schedule: '%PROBE_SCHEDULE%' }],
    health: [{ type: 'httpTrigger', route: 'health', authLevel: 'function', methods: ['GET'] }, { type: 'http' }],
  });
  t.true(lines.some((line) => line.includes('app setting PENSTOCK_STORE is missing')));
});
