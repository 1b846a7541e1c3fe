import type { Clock } from '../clock.ts';
import type { Settings } from '../config.ts';
import type { Deployment } from '../context.ts';
import type { Concurrency } from '../limits/concurrency.ts';
import type { QuotaCounters } from '../limits/quota.ts';
import type { RateCounters } from '../limits/rate.ts';
import type { Logger } from '../logger.ts';
import type { Identity } from '../tokens/identity.ts';
import type { KeySource } from '../tokens/key-source.ts';
import type { Backends } from './backends.ts';
import type { Metrics } from './metrics.ts';
import type { ResponseCache } from './response-cache.ts';
import type { ValueCache } from './value-cache.ts';

/** What all calls of one gateway share. */
export interface Runtime {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: Readonly<Settings>;
  readonly deployment: Deployment;
  readonly backends: Backends;
  readonly rates: RateCounters;
  readonly quotas: QuotaCounters;
  readonly concurrency: Concurrency;
  readonly cache: ValueCache;
  readonly responses: ResponseCache;
  readonly keySource: KeySource;
  readonly identity: Identity;
  readonly metrics: Metrics;
}
