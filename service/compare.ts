/**
 * What is wrong with the text of an answer, or `undefined`. Where JSON is expected, values are compared as
 * `firstDifference` does; anything else must be the same text.
 */
export function wrongAnswer(text: string, expected: string, tolerance: number): string | undefined {
  const wanted = parseJson(expected);
  if (!wanted) return text === expected ? undefined : 'the text differs from what was expected';
  const actual = parseJson(text);
  return actual ? firstDifference(actual.value, wanted.value, tolerance) : 'not JSON';
}

/**
 * The first difference between an answer and what was expected, as a sentence with its place (`$.values[3]`), or `undefined`
 * when they agree. Numbers agree when they differ by at most `tolerance`, absolutely or relative to the expected number;
 * everything else must be equal, object keys in any order.
 */
export function firstDifference(actual: unknown, expected: unknown, tolerance: number, at = '$'): string | undefined {
  if (typeof expected === 'number' && typeof actual === 'number') {
    return close(actual, expected, tolerance) ? undefined : `${at} is ${actual}, expected ${expected} ± ${tolerance}`;
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return `${at} is ${describe(actual)}, expected ${describe(expected)}`;
    if (actual.length !== expected.length) {
      return `${at} has ${actual.length} elements, expected ${expected.length}`;
    }
    return first(expected, (value, index) => firstDifference(actual[index], value, tolerance, `${at}[${index}]`));
  }
  if (isObject(expected)) {
    if (!isObject(actual)) return `${at} is ${describe(actual)}, expected ${describe(expected)}`;
    const unexpected = Object.keys(actual).find((key) => !Object.hasOwn(expected, key));
    if (unexpected !== undefined) return `${place(at, unexpected)} was not expected`;
    return first(Object.entries(expected), ([key, value]) =>
      Object.hasOwn(actual, key)
        ? firstDifference(actual[key], value, tolerance, place(at, key))
        : `${place(at, key)} is missing`,
    );
  }
  return actual === expected ? undefined : `${at} is ${describe(actual)}, expected ${describe(expected)}`;
}

function close(actual: number, expected: number, tolerance: number): boolean {
  const difference = Math.abs(actual - expected);
  return difference <= tolerance || difference <= tolerance * Math.abs(expected);
}

function first<T>(items: readonly T[], differenceOf: (item: T, index: number) => string | undefined) {
  for (const [index, item] of items.entries()) {
    const difference = differenceOf(item, index);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function place(at: string, key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `${at}.${key}` : `${at}[${JSON.stringify(key)}]`;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (isObject(value)) return 'an object';
  return value === undefined ? 'missing' : shorten(JSON.stringify(value));
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
