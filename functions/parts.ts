import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios from 'axios';
import type { Milliseconds } from '../service/units.ts';
import { openStore, type Store } from '../releases/store.ts';
import { createSender, type Send } from './call.ts';
import { systemClock, type Clock } from './clock.ts';
import { createProbeReader, type ProbedRelease } from './release-probes.ts';
import { createResults, type Results } from './results.ts';
import type { Settings } from './settings.ts';

/** What a function writes to its log; the invocation context of Azure fits. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
}

/** What the functions work with. */
export interface Parts {
  readonly settings: Settings;
  readonly store: Store;
  readonly probesOf: (release: string) => Promise<ProbedRelease>;
  readonly results: Results;
  readonly send: Send;
  readonly clock: Clock;
}

/** When a call through the gateway is given up: longer than any latency bound, shorter than the time between two rounds. */
const deadline: Milliseconds = 20_000;

/** Makes the parts from the settings. Nothing is asked over the network yet. */
export function createParts(settings: Settings, clock: Clock = systemClock): Parts {
  const store = openStore(settings.store);
  const http = axios.create({
    httpAgent: new HttpAgent({ keepAlive: true }),
    httpsAgent: new HttpsAgent({ keepAlive: true }),
    headers: { 'user-agent': 'penstock-functions' },
  });
  return {
    settings,
    store,
    probesOf: createProbeReader(store),
    // The results have a container of their own; what holds for a store's address and its identity holds for it too.
    results: createResults(openStore(settings.results).releases),
    send: createSender({ http, gateway: settings.gateway, key: settings.key, clock, deadline }),
    clock,
  };
}
