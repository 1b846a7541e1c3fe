import type { Exchange } from '../execution/exchange.ts';
import type { Needs } from '../execution/step.ts';
import { text } from '../expressions/runtime/value.ts';

/** An attribute or a text: the same for every call, or the result of an expression. */
export interface Value<T> {
  get(exchange: Exchange): T;
  /** Set for a literal. */
  readonly constant: { readonly value: T } | undefined;
  readonly needs: Needs;
}

const noNeeds: Needs = { requestBody: false, responseBody: false };

export function constant<T>(value: T): Value<T> {
  return { get: () => value, constant: { value }, needs: noNeeds };
}

/** How C# writes what an expression returned where text is wanted: null is empty, booleans are True and False. */
export function toText(result: unknown): string {
  if (typeof result === 'string') return result;
  return result === null || result === undefined ? '' : text(result);
}

export function toInteger(result: unknown): number {
  const number = typeof result === 'bigint' || typeof result === 'string' ? Number(result) : result;
  if (typeof number === 'number' && Number.isFinite(number)) return Math.trunc(number);
  throw new Error(`An integer was expected, not '${toText(result)}'.`);
}

export function toNumber(result: unknown): number {
  // .NET's own text of a number is one that JavaScript reads.
  const number = typeof result === 'number' ? result : Number(toText(result));
  if (Number.isFinite(number)) return number;
  throw new Error(`A number was expected, not '${toText(result)}'.`);
}

export function toBoolean(result: unknown): boolean {
  if (typeof result === 'boolean') return result;
  const word = toText(result).toLowerCase();
  if (word === 'true' || word === 'false') return word === 'true';
  throw new Error(`A boolean was expected, not '${toText(result)}'.`);
}
