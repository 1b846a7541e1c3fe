import type { Bytes, Milliseconds } from './units.ts';

/**
 * A service as `service.yaml` describes it, every default filled in, durations in milliseconds and sizes in bytes.
 * `undefined` in a limit means: no limit, as in Plumber itself.
 */
export interface ServiceDefinition {
  /** A DNS label: it names the API's path, the Kubernetes objects and the releases. Default: made of the directory's name. */
  readonly name: string;
  /** Default: empty. */
  readonly description: string;
  /** R packages that the image must hold. Default: none. */
  readonly packages: readonly string[];
  /** R processes; `auto` (the default) is the container's CPU limit, else the machine's cores. */
  readonly workers: number | 'auto';
  /** Requests in flight inside one worker; above 1 only for APIs written with promises. Default: 1. */
  readonly concurrency: number;
  /** `fork` (the default): load once and share the memory. `spawn`: every worker loads for itself. */
  readonly startup: 'fork' | 'spawn';
  /** Whether it runs on the GPU node pool. Default: false. */
  readonly gpu: boolean;
  readonly limits: Limits;
  readonly routes: readonly Route[];
  readonly probes: readonly Probe[];
}

/** Every limit is undefined unless the file sets it. */
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
  /** The API Management products that may call the route (`internal` always may). Default: standard and trial. */
  readonly access: readonly string[];
}

/** Rows are independent and the call is pure: requests may be merged, split and retried. */
export interface Batch {
  /** The most rows of one merged call. Default: 512. */
  readonly maxRows: number;
  /** A single request of more rows than this is spread over the idle workers. Default: 5,000. */
  readonly splitRows: number;
  /** How long a request may be held back for others to join it; 0 (the default): not at all. */
  readonly maxWait: Milliseconds;
  /**
   * Request headers the answer depends on, in lower case: only equal ones merge, and a merged call carries only these.
   * Default: none.
   */
  readonly headers: readonly string[];
}

/** A call that shows whether the service is well, made on a schedule and on every new release. */
export interface Probe {
  /** Unique in the service: letters, digits, `-`, `.` and `_`. */
  readonly name: string;
  readonly method: Method;
  /** A path to call, parameters filled in; it may have a query string. */
  readonly path: string;
  /** The request body: a file in the service's directory. */
  readonly body: string | undefined;
  /** The expected answer, a file in the service's directory; absent: any answer with a 2xx status passes. */
  readonly expect: string | undefined;
  /** The largest difference, absolute and relative to the expected number, that still passes. Default: 1e-6. */
  readonly tolerance: number;
  /** The longest a call may take, seen by the caller; undefined: no bound. */
  readonly maxLatency: Milliseconds | undefined;
}
