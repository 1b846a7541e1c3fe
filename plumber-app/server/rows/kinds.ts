/** What a JSON value is to R, one bit each, so that the kinds a column has seen fit in one number. */
export const NULL = 1;
export const BOOLEAN = 2;
/** A number without fraction and exponent: jsonlite makes it an integer. */
export const INTEGER = 4;
/** Any other number: jsonlite makes it a double. */
export const DOUBLE = 8;
export const STRING = 16;
/** An object or an array. */
export const NESTED = 32;

/** Largest integer of R; its negative is the smallest, since one value stands for NA. */
export const R_INTEGER_MAX = 2_147_483_647;

/**
 * The type jsonlite gives a column with these kinds in it, as one letter: `z` nothing but nulls, `l` logical,
 * `i` integer, `d` double, `s` character. Undefined where kinds are mixed that jsonlite would coerce, or nested.
 */
export function columnType(kinds: number): string | undefined {
  switch (kinds & ~NULL) {
    case 0:
      return 'z';
    case BOOLEAN:
      return 'l';
    case INTEGER:
      return 'i';
    case DOUBLE:
    case DOUBLE | INTEGER:
      return 'd';
    case STRING:
      return 's';
    default:
      return undefined;
  }
}
