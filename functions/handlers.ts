import type { HttpHandler, InvocationContext, StorageQueueHandler, TimerHandler } from '@azure/functions';
import { channelOfEvent } from '../releases/events.ts';
import { readHealth, type Health } from './health.ts';
import { createParts, type Parts } from './parts.ts';
import { probeHealth } from './probe-health.ts';
import { readSettings } from './settings.ts';
import { warmModels } from './warm-models.ts';

/** The functions of this app, as Azure calls them. What they return reaches whoever invokes them by hand. */
export interface Handlers {
  readonly warm: TimerHandler;
  readonly warmOnPromotion: StorageQueueHandler;
  readonly probe: TimerHandler;
  readonly health: HttpHandler;
}

/**
 * Makes the functions. When the settings are wrong, every function fails with what is wrong, and `health` says it: an app whose
 * entry file throws would be one without functions in Azure, which tells nobody anything.
 */
export function createHandlers(parts: () => Parts): Handlers {
  return {
    warm: async (_timer, context) => warmModels(parts(), context, traceOf(context)),
    async warmOnPromotion(message, context) {
      const { settings } = parts();
      const channel = channelOfEvent(message);
      if (channel === undefined || !settings.channels.includes(channel)) {
        context.info(channel === undefined ? 'no promotion: nothing to warm' : `channel ${channel} is not one of ours`);
        return [];
      }
      return warmModels(parts(), context, { channels: [channel], ...traceOf(context) });
    },
    probe: async (_timer, context) => probeHealth(parts(), context, traceOf(context).traceparent),
    async health() {
      const health = await state(parts);
      return {
        status: health.status === 'ok' ? 200 : 503,
        headers: { 'cache-control': 'no-store' },
        jsonBody: health,
      };
    },
  };
}

/** The parts, made from the environment at the first call; throws what is wrong with the settings, every time. */
export function partsFrom(environment: Readonly<Record<string, string | undefined>>): () => Parts {
  let parts: Parts | undefined;
  return () => (parts ??= createParts(readSettings(environment)));
}

async function state(parts: () => Parts): Promise<Pick<Health, 'status' | 'problems'>> {
  try {
    return await readHealth(parts());
  } catch (error) {
    return { status: 'failing', problems: [(error as Error).message] };
  }
}

function traceOf({ traceContext }: InvocationContext): { traceparent: string | undefined } {
  return { traceparent: traceContext?.traceParent };
}
