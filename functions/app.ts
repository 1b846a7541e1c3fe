import { app } from '@azure/functions';
import { createHandlers, partsFrom } from './handlers.ts';
import { createShutdown } from './shutdown.ts';

const shutdown = createShutdown();
const parts = partsFrom(process.env, shutdown.signal);
try {
  parts();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
}
const { warm, warmOnPromotion, probe, health } = createHandlers(parts, shutdown);

app.hook.appTerminate(() => shutdown.stop());

app.timer('warm-models', { schedule: '%WARM_SCHEDULE%', handler: warm });

app.storageQueue('warm-models-on-promotion', {
  queueName: '%PROMOTION_QUEUE%',
  connection: 'PromotionStorage',
  handler: warmOnPromotion,
});

app.timer('probe-health', { schedule: '%PROBE_SCHEDULE%', handler: probe });

// It names services, releases and reasons of failures: for who has a function key, not for everybody.
app.http('health', { methods: ['GET'], authLevel: 'function', route: 'health', handler: health });
