import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { resolveSettings } from '../../../cli/functions-host/app-settings.ts';
import { queueService } from '../../../cli/functions-host/connection.ts';
import { parseTimeSpan, readHostJson } from '../../../cli/functions-host/host-json.ts';
import { createInvocations } from '../../../cli/functions-host/invocations.ts';
import type { Invocation, RpcData } from '../../../cli/functions-host/protocol.ts';
import { parseRoute } from '../../../cli/functions-host/routes.ts';
import { startTimer } from '../../../cli/functions-host/timer.ts';
import { parseSchedule } from '../../../functions/schedule.ts';

test('%NAME% is replaced by the app setting, and a missing one is named', (t) => {
  t.is(resolveSettings('%A%-%B%', { A: 'x', B: 'y' }, 'function f: queueName'), 'x-y');
  t.is(resolveSettings('0 * * * * *', {}, ''), '0 * * * * *');
  t.throws(() => resolveSettings('%NOT_THERE%', { NOT_THERE: '' }, 'function f: schedule'), {
    name: 'UserError',
    message: 'function f: schedule is "%NOT_THERE%", but the app setting NOT_THERE is missing',
  });
});

test('a connection is a connection string or an identity, and a missing one is named', (t) => {
  const text = `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=${btoa('k')};QueueEndpoint=http://127.0.0.1:10001/a;`;
  t.is(queueService('Jobs', { Jobs: text }, 'f').url, 'http://127.0.0.1:10001/a');
  const byIdentity = {
    Jobs__queueServiceUri: 'https://a.queue.core.windows.net',
    Jobs__credential: 'managedidentity',
    Jobs__clientId: 'id',
  };
  t.is(queueService('Jobs', byIdentity, 'f').url, 'https://a.queue.core.windows.net');
  t.is(queueService('Jobs', { Jobs__accountName: 'a' }, 'f').url, 'https://a.queue.core.windows.net');
  t.throws(() => queueService('Jobs', {}, 'function f'), { message: /function f: the app setting Jobs is missing/ });
  t.throws(() => queueService('Jobs', { Jobs: 'nonsense' }, 'f'), { message: /Jobs is no storage connection string/ });
  t.throws(() => queueService('Jobs', { ...byIdentity, Jobs__credential: 'key' }, 'f'), {
    message: /expected "managedidentity"/,
  });
});

test('a time span is read as .NET writes it', (t) => {
  t.is(parseTimeSpan('00:00:30'), 30_000);
  t.is(parseTimeSpan('1.02:03:04.5'), 93_784_500);
  for (const wrong of ['30', '24:00:00', '00:60:00', '']) t.is(parseTimeSpan(wrong), undefined);
});

async function hostJson(t: ExecutionContext, text: string) {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-host-json-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, 'host.json'), text);
  return (settings: Record<string, string> = {}) => readHostJson(directory, settings);
}

test('host.json has the defaults of the real host, and settings override it', async (t) => {
  const read = await hostJson(t, '{"version": "2.0", "extensions": {"queues": {"batchSize": 4}}}');
  t.deepEqual(await read(), {
    routePrefix: 'api',
    queues: {
      messageEncoding: 'base64',
      batchSize: 4,
      newBatchThreshold: 2,
      maxDequeueCount: 5,
      visibilityTimeout: 0,
      maxPollingInterval: 60_000,
    },
  });
  const { queues } = await read({ AzureFunctionsJobHost__extensions__queues__visibilityTimeout: '00:01:00' });
  t.is(queues.visibilityTimeout, 60_000);
});

test('a host.json that the real host would refuse is refused', async (t) => {
  const wrong: Record<string, RegExp> = {
    '{"version": "1.0"}': /version is "1.0", expected "2.0"/,
    '{"version": "2.0", "extensions": {"queues": {"batchSize": 33}}}': /batchSize is 33, expected 1 to 32/,
    '{"version": "2.0", "extensions": {"queues": {"visibilityTimeout": "30"}}}':
      /visibilityTimeout is "30", expected a time span/,
    '{"version": "2.0", "extensions": {"queues": {"messageEncoding": "hex"}}}': /messageEncoding is "hex"/,
    '{': /is not JSON/,
  };
  for (const [text, message] of Object.entries(wrong)) {
    await t.throwsAsync((await hostJson(t, text))(), { name: 'UserError', message });
  }
});

test('routes match as ASP.NET’s do', (t) => {
  t.deepEqual(parseRoute('health', '').match('/health/'), {});
  t.is(parseRoute('health', '').match('/health/more'), undefined);
  t.deepEqual(parseRoute('items/{id}', '').match('/Items/a%20b'), { id: 'a b' });
  t.is(parseRoute('items/{id}', '').match('/items'), undefined);
  t.deepEqual(parseRoute('items/{id?}', '').match('/items'), {});
  t.deepEqual(parseRoute('files/{*path}', '').match('/files/a/b.txt'), { path: 'a/b.txt' });
  t.throws(() => parseRoute('items/{id:int}', 'function f'), {
    message: /function f: the local host does not know "\{id:int\}"/,
  });
});

/** A clock that goes on only when it is told to. */
function steppingClock(start: string) {
  let now = Date.parse(start);
  const waiting = new Map<object, { at: number; call: () => void }>();
  return {
    now: () => new Date(now),
    after(delay: number, call: () => void) {
      const token = {};
      waiting.set(token, { at: now + delay, call });
      return () => void waiting.delete(token);
    },
    step(duration: number) {
      now += duration;
      for (const [token, { at, call }] of waiting) {
        if (at > now) continue;
        waiting.delete(token);
        call();
      }
    },
    waiting,
  };
}

function startedTimer(start: string, { runOnStartup = false, run = () => Promise.resolve() } = {}) {
  const clock = steppingClock(start);
  const ran: { IsPastDue: boolean; ScheduleStatus: { Last: string; Next: string } }[] = [];
  const timer = startTimer(
    { schedule: parseSchedule('0 */5 * * * *'), runOnStartup },
    (data: RpcData) => {
      ran.push(JSON.parse(String(data.json)) as (typeof ran)[number]);
      return run();
    },
    clock,
  );
  return { clock, ran, timer };
}
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test('a timer runs when it is due, and says when it ran last and runs next', async (t) => {
  const { clock, ran } = startedTimer('2026-03-01T12:03:00Z');
  clock.step(119_000);
  t.is(ran.length, 0);
  clock.step(1_000);
  await settled();
  clock.step(300_000);
  await settled();
  t.is(ran.length, 2);
  t.like(ran[1], {
    IsPastDue: false,
    ScheduleStatus: { Last: '2026-03-01T12:05:00.000Z', Next: '2026-03-01T12:15:00.000Z' },
  });
});

test('a timer that is called late says so', (t) => {
  const { clock, ran } = startedTimer('2026-03-01T12:03:00Z');
  clock.step(200_000);
  t.like(ran, [{ IsPastDue: true }]);
});

test('a run is never overtaken by the next', async (t) => {
  let finish = () => {};
  const { clock, ran } = startedTimer('2026-03-01T12:04:00Z', {
    run: () => new Promise<void>((resolve) => (finish = resolve)),
  });
  clock.step(60_000);
  clock.step(600_000);
  t.is(ran.length, 1);
  finish();
  await settled();
  clock.step(300_000);
  t.is(ran.length, 2);
});

test('runOnStartup runs at once, and a stopped timer never again', async (t) => {
  const { clock, ran, timer } = startedTimer('2026-03-01T12:03:00Z', { runOnStartup: true });
  t.is(ran.length, 1);
  await settled();
  timer.stop();
  clock.step(600_000);
  t.is(ran.length, 1);
});

test('a retry policy runs a failed function again, with growing pauses, up to its bound', async (t) => {
  const seen: Invocation[] = [];
  const pauses: number[] = [];
  const invocations = createInvocations(
    {
      invoke(invocation) {
        seen.push(invocation);
        return Promise.resolve({ ok: false, message: 'no' });
      },
    },
    pino({ level: 'silent' }),
    (duration) => {
      pauses.push(duration);
      return Promise.resolve();
    },
  );
  const trigger = { function: 'f', binding: 'timer', data: {} };
  const backOff = {
    strategy: 'exponentialBackoff',
    maxRetryCount: 3,
    delaySeconds: 0,
    minimumSeconds: 1,
    maximumSeconds: 3,
  } as const;
  const outcome = await invocations.runWithRetries(trigger, backOff);
  t.like(outcome, { ok: false, error: 'no' });
  t.deepEqual(
    seen.map(({ retry }) => retry),
    [0, 1, 2, 3].map((count) => ({ count, max: 3 })),
  );
  t.deepEqual(pauses, [1_000, 2_000, 3_000]);
});
