import type { Exchange } from './exchange.ts';
import { expressionFault, Fault, internalFault, type Place } from './fault.ts';

/** What a policy does to one call. It throws a Fault to fail it, or sets `exchange.finished` to answer at once. */
export type Step = (exchange: Exchange) => void | Promise<void>;

/** What a cors policy says about a preflight request; undefined: nothing, there is no cors policy. */
export type PreflightVerdict = 'answered' | 'terminate' | 'unmatched' | undefined;
export type Preflight = (exchange: Exchange) => PreflightVerdict;

/** The bodies that a policy's expressions read. They are brought into memory before it runs. */
export interface Needs {
  readonly requestBody: boolean;
  readonly responseBody: boolean;
}

/** A policy in its place, ready to run. */
export interface PlacedStep {
  readonly run: Step;
  readonly preflight: Preflight | undefined;
  readonly needs: Needs;
  readonly place: Place;
}

export async function prepare(exchange: Exchange, needs: Needs): Promise<void> {
  if (needs.requestBody) await exchange.request.Body?.buffer();
  if (needs.responseBody) await bufferResponse(exchange);
}

async function bufferResponse(exchange: Exchange): Promise<void> {
  try {
    await exchange.response.Body?.buffer();
  } catch (error) {
    throw internalFault('BackendConnectionFailure', (error as Error).message);
  }
}

/** Runs policies one after another, until one of them answers the call; a failure is told where it happened. */
export function sequence(steps: readonly PlacedStep[]): Step {
  return async (exchange) => {
    for (const step of steps) {
      if (exchange.fromCache && isSkipped(exchange, step)) continue;
      try {
        if (step.needs.requestBody || step.needs.responseBody) await prepare(exchange, step.needs);
        const pending = step.run(exchange);
        if (pending) await pending;
      } catch (error) {
        const fault = error instanceof Fault ? error : expressionFault(error);
        fault.place ??= step.place;
        throw fault;
      }
      if (exchange.finished) return;
    }
  };
}

/**
 * A response of the cache has been through the outbound section up to cache-store already. "Processing will continue
 * from the step in the response pipeline that is after the corresponding `cache-store`", says API Management's trace.
 */
function isSkipped(exchange: Exchange, { place }: PlacedStep): boolean {
  if (place.section !== 'outbound') return false;
  if (place.source === 'cache-store') exchange.fromCache = false;
  return place.source !== 'base' && place.source !== 'include-fragment';
}

/** The first cors policy that has an answer decides; one that doesn't match may leave it to the next. */
export function firstPreflight(preflights: readonly Preflight[]): Preflight {
  return (exchange) => {
    let verdict: PreflightVerdict;
    for (const preflight of preflights) {
      const next = preflight(exchange);
      if (next === 'answered' || next === 'terminate') return next;
      verdict = next ?? verdict;
    }
    return verdict;
  };
}
