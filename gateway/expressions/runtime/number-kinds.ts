import { bitsOf, isIntegral, isNumeric } from './arithmetic.ts';
import { formatDouble, formatNumber, formatSingle, type NumberKind } from './number-format.ts';
import { text, typeOf, unbox } from './value.ts';

/** How the numeric type of that name formats itself; undefined for other types, char among them. */
export function numberKind(name: string): NumberKind | undefined {
  if (!isNumeric(name) || name === 'char') return undefined;
  return { isInteger: isIntegral(name), digits: name === 'float' ? 7 : 15, bits: bitsOf(name) };
}

/** The number's ToString(format); undefined when the object is no number. */
export function formatOf(value: unknown): ((format: string) => string) | undefined {
  const type = typeOf(value);
  const kind = numberKind(type.name);
  if (!kind) return undefined;
  return (format) => formatNumber(unbox(value) as number | bigint, format, kind, () => text(value));
}

/** ToString(format) of a number whose type is known. */
export function numberToText(name: string): (value: number | bigint, format: string | null) => string {
  const kind = numberKind(name)!;
  const plain = name === 'double' ? formatDouble : name === 'float' ? formatSingle : String;
  return (value, format) => formatNumber(value, format, kind, () => plain(value as number));
}
