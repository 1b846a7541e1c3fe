import { Gauge, Registry } from 'prom-client';
import type { RefusalReason } from './errors.ts';
import type { Outcome, RefusedRelease } from './follower.ts';
import { restartReasons, type RestartReason, type WorkerState } from './r/pool.ts';
import type { TlsRefusal } from './tls/identity.ts';
import { CounterTally, HistogramTally, type Count, type Distribution } from './tally.ts';

/** In seconds: from a fast model's answer to one that hits a generous time limit. */
const durations = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** `unreachable`: the store went away while the release was pulled; it is tried again. */
const swapOutcomes: readonly Outcome['kind'][] = ['swapped', 'refused', 'abandoned', 'unreachable'];

/** What the gauges show at the moment they are asked. */
export interface Gauges {
  readonly queueDepth: () => number;
  readonly workers: () => Record<WorkerState, number>;
  readonly release: () => string | undefined;
  /** The routes with `batch` of that release. */
  readonly batching: () => readonly { readonly route: string; readonly merged: boolean }[];
  /** The promoted release that was not fit to be served. */
  readonly refused: () => RefusedRelease | undefined;
  readonly certificateExpiry: () => Date | undefined;
}

/** What is counted for one route and method. */
export class RouteMeter {
  readonly duration: Distribution;
  readonly #requests: CounterTally;
  readonly #labels: { readonly route: string; readonly method: string };
  /** By status. */
  readonly #counts: (Count | undefined)[] = [];

  constructor(requests: CounterTally, duration: Distribution, labels: { route: string; method: string }) {
    this.#requests = requests;
    this.duration = duration;
    this.#labels = labels;
  }

  /** @param seconds from the arrival of the request's head to the end of the answer */
  answered(status: number, seconds: number): void {
    const count = (this.#counts[status] ??= this.#requests.with({ ...this.#labels, status }));
    count.value += 1;
    this.duration.observe(seconds);
  }
}

/** The metrics of one scoring server, in a registry of their own. */
export class Metrics {
  readonly registry = new Registry();
  readonly queueWait: Distribution;
  /** Requests whose callers left before the answer. */
  readonly abandoned: Count;
  readonly #requests = new CounterTally('penstock_requests_total', 'Requests answered, by declared route and status.');
  readonly #duration = new HistogramTally(
    'penstock_request_duration_seconds',
    'Time from the arrival of a request to its answer.',
    durations,
  );
  readonly #refusals = new CounterTally('penstock_refusals_total', 'Requests answered by Penstock instead of R.');
  readonly #mergedCalls = new CounterTally('penstock_merged_calls_total', 'Calls to R that answered several requests.');
  readonly #mergedRequests = new CounterTally('penstock_merged_requests_total', 'Requests that shared a call to R.');
  readonly #mergedRows = new CounterTally(
    'penstock_merged_rows_total',
    'Rows of the calls that answered several requests.',
  );
  readonly #swaps = new CounterTally(
    'penstock_swaps_total',
    'Releases that were promoted, by what became of them here.',
  );
  readonly #tlsRefusals = new CounterTally('penstock_tls_refusals_total', 'Callers who got no TLS connection.');
  readonly #restarts = new CounterTally('penstock_worker_restarts_total', 'Workers replaced, by reason.');

  constructor(gauges: Gauges) {
    const queueWait = new HistogramTally(
      'penstock_queue_wait_seconds',
      'Time that requests waited for a worker.',
      durations,
    );
    const abandoned = new CounterTally('penstock_abandoned_total', 'Requests whose callers left before the answer.');
    this.queueWait = queueWait.with({});
    this.abandoned = abandoned.with({});
    const merging = [this.#mergedCalls, this.#mergedRequests, this.#mergedRows];
    const own = [
      this.#requests,
      this.#duration,
      queueWait,
      this.#refusals,
      abandoned,
      this.#restarts,
      this.#swaps,
      this.#tlsRefusals,
    ];
    for (const tally of [...own, ...merging]) this.registry.registerMetric(tally.asMetric());
    for (const reason of restartReasons) this.#restarts.with({ reason });
    for (const outcome of swapOutcomes) this.#swaps.with({ outcome });
    showGauges(this.registry, gauges);
  }

  route(route: string, method: string): RouteMeter {
    return new RouteMeter(this.#requests, this.#duration.with({ route, method }), { route, method });
  }

  /** A call has answered several requests of a route. */
  merged(route: string, requests: number, rows: number): void {
    this.#mergedCalls.with({ route }).value += 1;
    this.#mergedRequests.with({ route }).value += requests;
    this.#mergedRows.with({ route }).value += rows;
  }

  refused(reason: RefusalReason): void {
    this.#refusals.with({ reason }).value += 1;
  }

  restarted(reason: RestartReason): void {
    this.#restarts.with({ reason }).value += 1;
  }

  /** A caller got no TLS connection. */
  tlsRefused(reason: TlsRefusal): void {
    this.#tlsRefusals.with({ reason }).value += 1;
  }

  /** A release was promoted, and this has become of it. */
  promoted(outcome: Outcome['kind']): void {
    this.#swaps.with({ outcome }).value += 1;
  }
}

function showGauges(registry: Registry, gauges: Gauges): void {
  const { batching, certificateExpiry, queueDepth, refused, release, workers } = gauges;
  const registers = [registry];
  new Gauge({
    name: 'penstock_queue_depth',
    help: 'Requests that wait for a worker.',
    registers,
    collect() {
      this.set(queueDepth());
    },
  });
  new Gauge({
    name: 'penstock_workers',
    help: 'R workers by state.',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, count] of Object.entries(workers())) this.set({ state }, count);
    },
  });
  new Gauge({
    name: 'penstock_release_info',
    help: 'The release that new requests go to.',
    labelNames: ['release'],
    registers,
    collect() {
      this.reset();
      const current = release();
      if (current !== undefined) this.set({ release: current }, 1);
    },
  });
  new Gauge({
    name: 'penstock_release_refused',
    help: 'The promoted release that is not served, since it failed a step; absent when there is none.',
    labelNames: ['release', 'step'],
    registers,
    collect() {
      this.reset();
      const found = refused();
      if (found !== undefined) this.set({ release: found.release, step: found.step }, 1);
    },
  });
  new Gauge({
    name: 'penstock_batching',
    help: 'Whether the requests of a route with `batch` may merge: 1, or 0 when the comparison at load spoke against it.',
    labelNames: ['route'],
    registers,
    collect() {
      this.reset();
      for (const { route, merged } of batching()) this.set({ route }, merged ? 1 : 0);
    },
  });
  new Gauge({
    name: 'penstock_tls_expiry_timestamp_seconds',
    help: "When the server's certificate expires, in Unix time; absent without TLS.",
    registers,
    collect() {
      this.remove();
      const expiry = certificateExpiry();
      if (expiry !== undefined) this.set(expiry.getTime() / 1000);
    },
  });
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory of the server itself, without R.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
}
