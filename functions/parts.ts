import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { TokenCredential } from '@azure/identity';
import axios, { type AxiosInstance } from 'axios';
import type { Milliseconds } from '../service/units.ts';
import { openStore, type Store } from '../releases/store.ts';
import { createSender, type Send } from './call.ts';
import { systemClock, type Clock } from './clock.ts';
import { createHistory, type History } from './history.ts';
import { createIngestion } from './ingestion.ts';
import { createOffer, type OfferBody } from './oversized.ts';
import { createProbeReader, type ProbedRelease } from './release-probes.ts';
import { createResults, type Results } from './results.ts';
import type { Insights, Settings } from './settings.ts';
import { createTelemetry, noTelemetry, type Telemetry } from './telemetry.ts';

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
  readonly history: History;
  /** With the key, over connections that are kept. */
  readonly send: Send;
  /** With the key, over a new connection for each call. */
  readonly sendFresh: Send;
  readonly sendWithoutKey: Send;
  readonly sendWithWrongKey: Send;
  readonly offerBody: OfferBody;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** Aborts when the host ends the app. */
  readonly stopping: AbortSignal;
}

/** When a call through the gateway is given up: longer than any latency bound, shorter than the time between two rounds. */
const deadline: Milliseconds = 20_000;
/** How long the gateway may look at a length before the body follows. */
const beforeBody: Milliseconds = 1_000;
/** A key of the right form that is nobody's. */
const wrongKey = '0'.repeat(32);

export interface PartsOptions {
  readonly clock?: Clock;
  readonly stopping?: AbortSignal;
}

/** Makes the parts from the settings. Nothing is asked over the network yet. */
export function createParts(settings: Settings, options: PartsOptions = {}): Parts {
  const { clock = systemClock, stopping = new AbortController().signal } = options;
  const store = openStore(settings.store);
  // The results have a container of their own; what holds for a store's address and its identity holds for it too.
  const container = openStore(settings.results).releases;
  const kept = client({ keepAlive: true });
  const fresh = client({ keepAlive: false });
  const { gateway, key } = settings;
  const sender = (http: AxiosInstance, sentKey: string | undefined) =>
    createSender({ http, gateway, key: sentKey, clock, deadline });
  return {
    settings,
    store,
    probesOf: createProbeReader(store),
    results: createResults(container),
    history: createHistory(container),
    send: sender(kept, key),
    sendFresh: sender(fresh, key),
    sendWithoutKey: sender(fresh, undefined),
    sendWithWrongKey: sender(fresh, wrongKey),
    offerBody: createOffer({ gateway, key, clock, deadline, before: beforeBody }),
    telemetry: telemetryTo(settings.insights, gateway, kept, clock),
    clock,
    stopping,
  };
}

function client(agent: { keepAlive: boolean }): AxiosInstance {
  return axios.create({
    httpAgent: new HttpAgent(agent),
    httpsAgent: new HttpsAgent(agent),
    headers: { 'user-agent': 'penstock-functions' },
  });
}

function telemetryTo(insights: Insights | undefined, gateway: string, http: AxiosInstance, clock: Clock): Telemetry {
  if (insights === undefined) return noTelemetry;
  const { endpoint, origin, identity } = insights;
  const credential = identity && managedIdentity(identity);
  return createTelemetry(origin, gateway, createIngestion({ http, endpoint, credential, clock }));
}

/** Loaded when it is first needed: loading takes a good part of the app's start. */
function managedIdentity(options: { clientId?: string }): TokenCredential {
  let credential: Promise<TokenCredential> | undefined;
  return {
    async getToken(scopes, tokenOptions) {
      credential ??= import('@azure/identity').then(
        ({ ManagedIdentityCredential }) => new ManagedIdentityCredential(options),
      );
      return (await credential).getToken(scopes, tokenOptions);
    },
  };
}
