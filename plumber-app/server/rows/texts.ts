import { Lexer } from './lexer.ts';
import type { Scan } from './scan.ts';

/** Where each row starts and ends in the body, in order. */
export function* rowPlaces({ body, rows, from }: Scan): Generator<[from: number, to: number]> {
  const lexer = new Lexer();
  let pos = from;
  for (let row = 0; row < rows; row++) {
    const end = lexer.value(body, pos);
    yield [pos, end];
    pos = lexer.space(body, lexer.space(body, end) + 1);
  }
}

/** The raw text of each row, in order, one character a byte (latin1). For a few rows, not for the hot path. */
export function rowTexts(scan: Scan): string[] {
  return Array.from(rowPlaces(scan), ([from, to]) => scan.body.toString('latin1', from, to));
}

/** The fields of a row that is an object: the raw texts of their names, in quotes, and of their values. */
export function fieldTexts(row: string): [name: string, value: string][] {
  const bytes = Buffer.from(row, 'latin1');
  const lexer = new Lexer();
  const fields: [string, string][] = [];
  let pos = lexer.space(bytes, 1);
  while (bytes[pos] === 34) {
    const nameEnd = lexer.string(bytes, pos);
    const value = lexer.space(bytes, lexer.space(bytes, nameEnd) + 1);
    const end = lexer.value(bytes, value);
    fields.push([row.slice(pos, nameEnd), row.slice(value, end)]);
    pos = lexer.space(bytes, end);
    if (bytes[pos] === 44) pos = lexer.space(bytes, pos + 1);
  }
  return fields;
}
