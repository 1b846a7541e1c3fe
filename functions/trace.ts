import { randomBytes } from 'node:crypto';

const traceparent = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;
const invalidTrace = '0'.repeat(32);

/** Asks the scoring server for a line in its log: W3C `tracestate` goes where `traceparent` goes. */
export const traceState = 'penstock=1';

/**
 * A W3C `traceparent` (https://www.w3.org/TR/trace-context/) for one outgoing call: a span of its own, sampled, in the trace of
 * `parent` when that is one, else in a new trace.
 */
export function startSpan(parent?: string): string {
  const inherited = traceparent.exec(parent ?? '')?.[1];
  const trace = inherited && inherited !== invalidTrace ? inherited : randomHex(16);
  return `00-${trace}-${randomHex(8)}-01`;
}

/** The trace that a `traceparent` belongs to. */
export function traceOf(span: string): string {
  return span.slice(3, 35);
}

/** The span that a `traceparent` names; undefined when it is none. */
export function spanOf(span: string | undefined): string | undefined {
  return traceparent.exec(span ?? '')?.[2];
}

function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}
