import { NetException } from '../exceptions.ts';

/*
 * .NET's standard and custom numeric format strings, invariant culture:
 * https://learn.microsoft.com/dotnet/standard/base-types/standard-numeric-format-strings and custom-numeric-format-strings.
 */

/** A number's decimal digits: 0.DIGITS times ten to the power of `point`. Zero has no digits. */
interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly point: number;
}

/** double.ToString(): the shortest text that reads back as the same number. */
export function formatDouble(value: number): string {
  return shortest(value, String(Math.abs(value)), 15);
}

/** float.ToString(): the shortest text that reads back as the same float. */
export function formatSingle(value: number): string {
  let text = String(Math.abs(value));
  for (let precision = 1; precision <= 9; precision++) {
    const candidate = Math.abs(value).toPrecision(precision);
    if (Math.fround(Number(candidate)) === Math.abs(value)) {
      text = candidate;
      break;
    }
  }
  return shortest(value, text, 7);
}

function shortest(value: number, magnitude: string, precision: number): string {
  const special = notFinite(value);
  if (special) return special;
  const number = decimalOf(magnitude, value < 0 || Object.is(value, -0));
  return general(number, Math.max(number.digits.length, precision), 'E', 2);
}

function notFinite(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return 'Infinity';
  return value === -Infinity ? '-Infinity' : undefined;
}

function decimalOf(text: string, negative: boolean): Decimal {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const all = whole + fraction;
  const leading = /^0*/.exec(all)![0].length;
  const digits = all.slice(leading).replace(/0+$/, '');
  return { negative, digits, point: digits === '' ? 0 : whole.length - leading + Number(exponent) };
}

/** The exact decimal expansion of a double, so that rounding to any number of places is right. */
function exactDecimal(value: number | bigint): Decimal {
  if (typeof value === 'bigint') return decimalOf((value < 0n ? -value : value).toString(), value < 0n);
  const negative = value < 0 || Object.is(value, -0);
  const magnitude = Math.abs(value);
  if (Number.isInteger(magnitude)) return decimalOf(BigInt(magnitude).toString(), negative);
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, magnitude);
  const raw = bits.getBigUint64(0);
  const biased = Number((raw >> 52n) & 0x7ffn);
  const mantissa = (raw & 0xfffffffffffffn) | (biased === 0 ? 0n : 1n << 52n);
  const exponent = (biased === 0 ? 1 : biased) - 1075;
  const digits = (mantissa * 5n ** BigInt(-exponent)).toString();
  return decimalOf(`${digits}e${exponent}`, negative);
}

/** Rounds to `length` digits, halves away from zero. */
function roundTo(number: Decimal, length: number): Decimal {
  if (length >= number.digits.length) return number;
  if (length < 0) return { ...number, digits: '', point: 0 };
  const up = number.digits[length]! >= '5';
  const kept = number.digits.slice(0, length);
  if (!up) return trimmed({ ...number, digits: kept });
  const raised = (BigInt(kept === '' ? '0' : kept) + 1n).toString().padStart(length, '0');
  return trimmed({ ...number, digits: raised, point: number.point + (raised.length - length) });
}

function trimmed(number: Decimal): Decimal {
  const digits = number.digits.replace(/0+$/, '');
  return { ...number, digits, point: digits === '' ? 0 : number.point };
}

function fixed(number: Decimal, places: number): { whole: string; fraction: string; negative: boolean } {
  const rounded = roundTo(number, number.point + places);
  const { digits, point } = rounded;
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  const fraction = (point > 0 ? digits.slice(point) : '0'.repeat(-point) + digits).padEnd(places, '0').slice(0, places);
  return { whole, fraction, negative: rounded.negative };
}

function general(number: Decimal, maximum: number, letter: string, exponentDigits: number): string {
  const sign = number.negative ? '-' : '';
  const { digits, point } = number;
  if (digits === '') return `${sign}0`;
  if (point > maximum || point < -3) return sign + scientific(digits, point, digits.length - 1, letter, exponentDigits);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  const whole = digits.slice(0, point).padEnd(point, '0');
  return digits.length > point ? `${sign}${whole}.${digits.slice(point)}` : sign + whole;
}

function scientific(digits: string, point: number, places: number, letter: string, exponentDigits: number): string {
  const exponent = digits === '' ? 0 : point - 1;
  const mantissa = `${digits[0] ?? '0'}${places > 0 ? `.${digits.slice(1, places + 1).padEnd(places, '0')}` : ''}`;
  return `${mantissa}${letter}${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(exponentDigits, '0')}`;
}

function grouped(whole: string): string {
  return whole.replace(/\B(?=(\d{3})+$)/g, ',');
}

/** How a type of numbers formats itself: the digits its type needs, and how many bits `X` shows of a negative one. */
export interface NumberKind {
  readonly isInteger: boolean;
  /** Digits that `G` without a precision shows at most. */
  readonly digits: number;
  readonly bits: number;
}

/** ToString(format) of a number. Throws FormatException for a format that the type does not have. */
export function formatNumber(
  value: number | bigint,
  format: string | null,
  kind: NumberKind,
  plain: () => string,
): string {
  if (format === null || format === '') return plain();
  if (typeof value === 'number') {
    const special = notFinite(value);
    if (special) return special;
  }
  const standard = /^([A-Za-z])(\d{0,9})$/.exec(format);
  if (!standard) return formatCustom(exactOrShort(value, kind), format);
  const precision = standard[2] === '' ? undefined : Number(standard[2]);
  return formatStandard(value, standard[1]!, precision, kind, plain) ?? formatInvalid();
}

function formatInvalid(): never {
  throw new NetException('FormatException', 'Format specifier was invalid.');
}

function exactOrShort(value: number | bigint, kind: NumberKind): Decimal {
  const exact = exactDecimal(value);
  return kind.isInteger ? exact : roundTo(exact, 15);
}

function formatStandard(
  value: number | bigint,
  letter: string,
  precision: number | undefined,
  kind: NumberKind,
  plain: () => string,
): string | undefined {
  const number = exactDecimal(value);
  switch (letter.toUpperCase()) {
    case 'D': {
      if (!kind.isInteger) return undefined;
      const { whole, negative } = fixed(number, 0);
      return (negative ? '-' : '') + whole.padStart(precision ?? 0, '0');
    }
    case 'X': {
      if (!kind.isInteger) return undefined;
      const hex = BigInt.asUintN(kind.bits, BigInt(value))
        .toString(16)
        .padStart(precision ?? 0, '0');
      return letter === 'X' ? hex.toUpperCase() : hex;
    }
    case 'F':
      return signed(fixed(number, precision ?? 2), (whole) => whole);
    case 'N':
      return signed(fixed(number, precision ?? 2), grouped);
    case 'P':
      return `${signed(fixed({ ...number, point: number.digits === '' ? 0 : number.point + 2 }, precision ?? 2), grouped)} %`;
    case 'C': {
      const { whole, fraction, negative } = fixed(number, precision ?? 2);
      const money = `¤${grouped(whole)}${fraction === '' ? '' : `.${fraction}`}`;
      return negative ? `(${money})` : money;
    }
    case 'E': {
      const places = precision ?? 6;
      const { digits, point, negative } = roundTo(number, places + 1);
      return (negative ? '-' : '') + scientific(digits, point, places, letter, 3);
    }
    case 'G': {
      if (precision === undefined || precision === 0) return letter === 'G' ? plain() : plain().replace('E', 'e');
      const rounded = roundTo(number, precision);
      return general(rounded, precision, letter === 'G' ? 'E' : 'e', 2);
    }
    case 'R':
      return kind.isInteger ? undefined : plain();
    default:
      return undefined;
  }
}

function signed(
  number: { whole: string; fraction: string; negative: boolean },
  write: (whole: string) => string,
): string {
  const sign = number.negative ? '-' : '';
  return `${sign}${write(number.whole)}${number.fraction === '' ? '' : `.${number.fraction}`}`;
}

/** A custom format: up to three sections for positive, negative and zero. */
function formatCustom(number: Decimal, format: string): string {
  const sections = splitSections(format);
  const isZero = number.digits === '';
  let section = sections[0] ?? '';
  let sign = number.negative && !isZero ? '-' : '';
  if (sections.length > 1 && number.negative && !isZero) {
    if (sections[1] !== '') [section, sign] = [sections[1]!, ''];
  } else if (sections.length > 2 && isZero) section = sections[2]!;
  const written = writeSection(number, tokensOf(section));
  if (written.isZero && !isZero && sections.length > 2)
    return writeSection({ ...number, digits: '', point: 0 }, tokensOf(sections[2]!)).text;
  return (written.isZero ? '' : sign) + written.text;
}

function splitSections(format: string): string[] {
  const sections = [''];
  let quote = '';
  for (let i = 0; i < format.length; i++) {
    const c = format[i]!;
    if (c === '\\') {
      sections[sections.length - 1] += c + (format[++i] ?? '');
      continue;
    }
    if (quote) quote = c === quote ? '' : quote;
    else if (c === '"' || c === "'") quote = c;
    else if (c === ';') {
      sections.push('');
      continue;
    }
    sections[sections.length - 1] += c;
  }
  return sections;
}

interface Token {
  readonly kind: 'digit' | 'point' | 'comma' | 'percent' | 'permille' | 'exponent' | 'literal';
  readonly text: string;
}

function tokensOf(section: string): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < section.length; i++) {
    const c = section[i]!;
    const exponent = /^[eE][+-]?0+/.exec(section.slice(i));
    if (exponent) {
      tokens.push({ kind: 'exponent', text: exponent[0] });
      i += exponent[0].length - 1;
    } else if (c === '0' || c === '#') tokens.push({ kind: 'digit', text: c });
    else if (c === '.') tokens.push({ kind: 'point', text: c });
    else if (c === ',') tokens.push({ kind: 'comma', text: c });
    else if (c === '%') tokens.push({ kind: 'percent', text: c });
    else if (c === '‰') tokens.push({ kind: 'permille', text: c });
    else if (c === '\\') tokens.push({ kind: 'literal', text: section[++i] ?? '' });
    else if (c === '"' || c === "'") {
      const end = section.indexOf(c, i + 1);
      const stop = end === -1 ? section.length : end;
      tokens.push({ kind: 'literal', text: section.slice(i + 1, stop) });
      i = stop;
    } else tokens.push({ kind: 'literal', text: c });
  }
  return tokens;
}

function writeSection(number: Decimal, tokens: readonly Token[]): { text: string; isZero: boolean } {
  const pointAt = tokens.findIndex((token) => token.kind === 'point');
  const isWhole = (i: number) => pointAt === -1 || i < pointAt;
  const wholeDigits = tokens.flatMap((token, i) => (token.kind === 'digit' && isWhole(i) ? [i] : []));
  const fractionDigits = tokens.flatMap((token, i) => (token.kind === 'digit' && !isWhole(i) ? [i] : []));
  const lastWhole = wholeDigits.at(-1) ?? -1;
  const firstWhole = wholeDigits[0] ?? -1;
  const commas = tokens.flatMap((token, i) => (token.kind === 'comma' && isWhole(i) ? [i] : []));
  const grouping = commas.some((i) => i > firstWhole && i < lastWhole);
  const thousands = commas.filter((i) => i > lastWhole).length;
  const scale =
    2 * tokens.filter((t) => t.kind === 'percent').length +
    3 * tokens.filter((t) => t.kind === 'permille').length -
    3 * thousands;
  const exponent = tokens.find((token) => token.kind === 'exponent');
  const leastWhole = wholeDigits.findIndex((i) => tokens[i]!.text === '0');
  const wholeWidth = leastWhole === -1 ? 0 : wholeDigits.length - leastWhole;
  const leastFraction = fractionDigits.findLastIndex((i) => tokens[i]!.text === '0') + 1;

  let scaled: Decimal = number.digits === '' ? number : { ...number, point: number.point + scale };
  let power = 0;
  if (exponent && scaled.digits !== '') {
    const rounded = roundTo(scaled, wholeDigits.length + fractionDigits.length);
    power = rounded.point - wholeDigits.length;
    scaled = { ...rounded, point: wholeDigits.length };
  }
  const { whole, fraction } = fixed(scaled, fractionDigits.length);
  const shownWhole = (whole === '0' ? '' : whole).padStart(wholeWidth, '0');
  const shownFraction = fraction.slice(0, Math.max(leastFraction, fraction.replace(/0+$/, '').length));
  const wholeText = grouping ? grouped(shownWhole) : shownWhole;

  // The digits are dealt to the placeholders from the right; what is left over goes to the first one.
  const dealt = dealWhole(wholeText, wholeDigits.length);
  let seenWhole = 0;
  let seenFraction = 0;
  let text = '';
  tokens.forEach((token, i) => {
    if (token.kind === 'digit') text += isWhole(i) ? (dealt[seenWhole++] ?? '') : (shownFraction[seenFraction++] ?? '');
    else if (token.kind === 'point') {
      if (i === pointAt) text += (wholeDigits.length === 0 ? shownWhole : '') + (shownFraction === '' ? '' : '.');
    } else if (token.kind === 'exponent') text += writeExponent(token.text, power);
    else if (token.kind !== 'comma') text += token.text;
  });
  return { text, isZero: /^0*$/.test(whole + fraction) };
}

function dealWhole(text: string, places: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  for (let i = 0; i < places; i++) {
    if (i === places - 1) {
      pieces.unshift(rest);
      break;
    }
    const take = /^(.*?)(,?\d?)$/.exec(rest)!;
    pieces.unshift(take[2]!);
    rest = take[1]!;
  }
  return pieces;
}

function writeExponent(pattern: string, power: number): string {
  const digits = pattern.replace(/[^0]/g, '').length;
  const sign = power < 0 ? '-' : pattern[1] === '+' ? '+' : '';
  return `${pattern[0]}${sign}${String(Math.abs(power)).padStart(digits, '0')}`;
}
