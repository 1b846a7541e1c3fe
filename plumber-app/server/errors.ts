import { STATUS_CODES } from 'node:http';

/** A short name of why, for metrics and the log. */
export type RefusalReason =
  | 'malformed'
  | 'too-large'
  | 'queue-full'
  | 'queue-timeout'
  | 'not-ready'
  | 'no-memory'
  | 'timeout'
  | 'worker-died'
  | 'bad-answer'
  | 'internal'
  | (string & {});

/** An answer of our own instead of R's: JSON `{"error": …, "detail": …}`. */
export class Refusal {
  readonly status: number;
  readonly reason: RefusalReason;
  readonly message: string;
  readonly body: Buffer;
  /** Ready to be sent but for what depends on the moment (Retry-After). */
  readonly headers: readonly string[];

  constructor(status: number, reason: RefusalReason, error: string, detail: unknown) {
    this.status = status;
    this.reason = reason;
    this.message = STATUS_CODES[status] ?? '';
    this.body = Buffer.from(JSON.stringify({ error, detail }));
    // The gateway sends such a call again: it was never given to R, which an API's own 503 does not promise.
    const refused = status === 503 ? ['x-penstock-refused', reason] : [];
    this.headers = ['Content-Type', 'application/json', 'Content-Length', String(this.body.length), ...refused];
  }

  /** Tells the caller when to come again, in whole seconds. */
  retryAfter(seconds: number): Refusal {
    return Object.assign(Object.create(Refusal.prototype) as Refusal, this, {
      headers: [...this.headers, 'Retry-After', String(seconds)],
    });
  }
}

export const refusals = {
  malformed: (detail: string) => new Refusal(400, 'malformed', 'Bad request', detail),
  headTooLarge: new Refusal(431, 'malformed', 'Request head too large', 'It may have at most 80 KiB.'),
  requestTimeout: new Refusal(408, 'malformed', 'Request timeout', 'The request took too long to arrive.'),
  tooLarge: (limit: number) =>
    new Refusal(413, 'too-large', 'Request body too large', `The body may have at most ${limit} bytes.`),
  queueFull: new Refusal(503, 'queue-full', 'Service overloaded', 'Too many requests are waiting.'),
  queueTimeout: new Refusal(503, 'queue-timeout', 'Service overloaded', 'No R worker became free in time.'),
  notReady: new Refusal(503, 'not-ready', 'Service not ready', 'No R worker is running.'),
  noMemory: new Refusal(503, 'no-memory', 'Service overloaded', 'The bodies of waiting requests fill the memory.'),
  timeout: (detail: string) => new Refusal(504, 'timeout', 'R took too long', detail),
  workerDied: new Refusal(502, 'worker-died', 'R worker failed', 'The R process ended before it had answered.'),
  /** What R said cannot be said in HTTP. */
  unspeakable: (detail: string) => new Refusal(502, 'bad-answer', 'R gave no valid answer', detail),
  internal: new Refusal(500, 'internal', 'Internal error', 'The scoring server made a mistake; its log says more.'),
} as const;
