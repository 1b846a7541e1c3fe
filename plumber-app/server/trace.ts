import { headerOf } from './headers.ts';

/** A call's trace, from its W3C headers (https://www.w3.org/TR/trace-context/). */
export interface Trace {
  /** The trace's id: 32 hexadecimal digits. */
  readonly id: string;
  /** Whether the caller asks for a line in the log, by a member `penstock` in its `tracestate`: warm-ups and probes do. */
  readonly isFollowed: boolean;
}

const traceparent = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;

/** The trace that a call belongs to; undefined when its headers name none. */
export function traceOf(headers: readonly string[]): Trace | undefined {
  const parent = headerOf(headers, 'traceparent');
  const id = parent === undefined ? undefined : traceparent.exec(parent)?.[1];
  if (id === undefined) return undefined;
  const state = headerOf(headers, 'tracestate');
  return { id, isFollowed: state !== undefined && /(^|,)\s*penstock=/.test(state) };
}
