import type {
  HttpHandler,
  HttpResponseInit,
  InvocationContext,
  StorageQueueHandler,
  TimerHandler,
} from '@azure/functions';
import { channelOfEvent } from '../releases/events.ts';
import type { Milliseconds } from '../service/units.ts';
import { readHealth, type Health } from './health.ts';
import { wantsPage } from './negotiate.ts';
import { contentSecurityPolicy } from './page-style.ts';
import { healthPage, shownSpan } from './page.ts';
import { createParts, type Parts } from './parts.ts';
import { probeHealth } from './probe-health.ts';
import { readSettings } from './settings.ts';
import type { Shutdown } from './shutdown.ts';
import { warmModels } from './warm-models.ts';

/** The functions of this app, as Azure calls them. What they return reaches whoever invokes them by hand. */
export interface Handlers {
  readonly warm: TimerHandler;
  readonly warmOnPromotion: StorageQueueHandler;
  readonly probe: TimerHandler;
  readonly health: HttpHandler;
}

/** A run that is under way may have read the channel before it was promoted. */
const turnPatience: Milliseconds = 4 * 60_000;

/**
 * Makes the functions. When the settings are wrong, every function fails with what is wrong, and `health` says it: an app whose
 * entry file throws would be one without functions in Azure, which tells nobody anything.
 */
export function createHandlers(parts: () => Parts, shutdown: Pick<Shutdown, 'run'>): Handlers {
  return {
    warm: (_timer, context) => shutdown.run(() => warmModels(parts(), context, traceOf(context))),
    warmOnPromotion: (message, context) =>
      shutdown.run(async () => {
        const { settings } = parts();
        const channel = channelOfEvent(message);
        if (channel === undefined || !settings.channels.includes(channel)) {
          context.info(
            channel === undefined ? 'no promotion: nothing to warm' : `channel ${channel} is not one of ours`,
          );
          return [];
        }
        return warmModels(parts(), context, { channels: [channel], patience: turnPatience, ...traceOf(context) });
      }),
    probe: (_timer, context) => shutdown.run(() => probeHealth(parts(), context, traceOf(context).traceparent)),
    health: (request) => shutdown.run(() => answerHealth(parts, wantsPage(request.headers.get('accept')))),
  };
}

/** The parts, made from the environment at the first call; throws what is wrong with the settings, every time. */
export function partsFrom(
  environment: Readonly<Record<string, string | undefined>>,
  stopping: AbortSignal,
): () => Parts {
  let parts: Parts | undefined;
  return () => (parts ??= createParts(readSettings(environment), { stopping }));
}

async function answerHealth(parts: () => Parts, asPage: boolean): Promise<HttpResponseInit> {
  const health = await state(parts);
  const status = health.status === 'ok' ? 200 : 503;
  const headers = { 'cache-control': 'no-store', vary: 'accept', 'x-content-type-options': 'nosniff' };
  if (!asPage) return { status, headers, jsonBody: health };
  return {
    status,
    headers: {
      ...headers,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': contentSecurityPolicy,
      // The address holds the function key.
      'referrer-policy': 'no-referrer',
    },
    body: healthPage(health, await past(parts, health)),
  };
}

async function state(parts: () => Parts): Promise<Health> {
  try {
    return await readHealth(parts());
  } catch (error) {
    return {
      status: 'failing',
      at: new Date().toISOString(),
      problems: [(error as Error).message],
      warnings: [],
      certificate: undefined,
      channels: [],
    };
  }
}

/** Without its past a page still says how things stand. */
async function past(parts: () => Parts, { at }: Health): ReturnType<Parts['history']['since']> {
  try {
    return await parts().history.since(shownSpan, new Date(at));
  } catch {
    return [];
  }
}

function traceOf({ traceContext }: InvocationContext): { traceparent: string | undefined } {
  return { traceparent: traceContext?.traceParent };
}
