import { explicitConversion, isInstance } from '../conversions.ts';
import { invalidCast } from '../exceptions.ts';
import { type NetType, withoutNullable } from '../type.ts';
import { defaultOf, typeOf, unbox } from './value.ts';

/** `context.Variables.GetValueOrDefault<T>`: the variable as a T. Throws where it is set to something else. */
export function convertVariable(
  variables: ReadonlyMap<string, unknown>,
  key: string,
  type: NetType,
  fallback: unknown,
): unknown {
  const value = variables.get(key);
  if (value === undefined) return fallback === undefined ? defaultOf(type) : fallback;
  if (value === null) return type.isReference || type.isNullable ? null : defaultOf(type);
  if (isInstance(value, type)) return type.isReference ? value : unbox(value);
  const actual = typeOf(value);
  const plain = withoutNullable(type);
  if (actual.isValue && plain.isValue) {
    const conversion = explicitConversion(actual, plain, true);
    if (conversion) return conversion.apply ? conversion.apply(unbox(value)) : unbox(value);
  }
  throw invalidCast(actual.fullName, type.fullName);
}
