import type { Bytes, Milliseconds } from './units.ts';

/**
 * A service as `service.yaml` describes it, every default filled in, durations in milliseconds and sizes in bytes.
 * `undefined` in a limit means: no limit, as in Plumber itself.
 */
export interface ServiceDefinition {
  /** A DNS label: it names the API's path, the Kubernetes objects and the releases. */
  readonly name: string;
  readonly description: string;
  /** R packages that the image must hold. */
  readonly packages: readonly string[];
  /** R processes; `auto` is the container's CPU limit, else the machine's cores. */
  readonly workers: number | 'auto';
  /** Requests in flight inside one worker; above 1 only for APIs written with promises. */
  readonly concurrency: number;
  /** `fork`: load once and share the memory. `spawn`: every worker loads for itself. */
  readonly startup: 'fork' | 'spawn';
  readonly gpu: boolean;
  readonly limits: Limits;
  readonly routes: readonly Route[];
  readonly probes: readonly Probe[];
}

export interface Limits {
  /** How long one request may run in R before it is answered with 504 and its worker is replaced. */
  readonly timeout: Milliseconds | undefined;
  /** How many requests may wait for a worker; one more is answered with 503. */
  readonly queue: number | undefined;
  /** How long a request may wait for a worker before it is answered with 503. */
  readonly queueTimeout: Milliseconds | undefined;
  /** The largest request body; a larger one is answered with 413. */
  readonly body: Bytes | undefined;
  /** Resident memory over which a worker is replaced between two requests. */
  readonly workerMemory: Bytes | undefined;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH' | 'HEAD' | 'OPTIONS';

/** One route as written in `service.yaml`, `POST /score`. */
export interface Route {
  readonly method: Method;
  /** A path as Plumber writes it, with typed parameters: `/users/<id:int>`. */
  readonly path: string;
  /** The JSON field that holds the rows; `.` when the body itself is the array; absent: the body is opaque to us. */
  readonly rows: string | undefined;
  /** JSON Schema of one row: a file in the service's directory. */
  readonly schema: string | undefined;
  readonly batch: Batch | undefined;
  /** How long the gateway's cache may answer an equal body; never across releases. */
  readonly cache: Milliseconds | undefined;
  /** The API Management products that may call the route (`internal` always may). */
  readonly access: readonly string[];
}

/** Rows are independent and the call is pure: requests may be merged, split and retried. */
export interface Batch {
  readonly maxRows: number;
  readonly splitRows: number;
  readonly maxWait: Milliseconds;
  /** Request headers the answer depends on: only equal ones merge, and a merged call carries only these. */
  readonly headers: readonly string[];
}

export interface Probe {
  readonly name: string;
  readonly method: Method;
  readonly path: string;
  /** The request body: a file in the service's directory. */
  readonly body: string | undefined;
  /** The expected answer, a file in the service's directory; absent: any answer with a 2xx status passes. */
  readonly expect: string | undefined;
  /** The largest difference, absolute and relative to the expected number, that still passes. */
  readonly tolerance: number;
  readonly maxLatency: Milliseconds | undefined;
}
