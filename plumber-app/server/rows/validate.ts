import { isUtf8 } from 'node:buffer';
import { explainRow, type RowError } from './explain.ts';
import type { RowSchema } from './schema.ts';
import { rulesOf, type Schema } from './rules.ts';
import { type Malformed, RowScanner, type Scan } from './scan.ts';
import { rowPlaces } from './texts.ts';

/** How many bad rows an answer tells about. */
const MOST_BAD_ROWS = 20;

/** An answer of our own to a request whose rows R must not see. */
export interface Refusal {
  readonly status: 400 | 422;
  readonly error: string;
  readonly detail: unknown;
}

/** What a route says about the rows of its bodies. */
export interface RowsOf {
  /** `POST /score`, for messages. */
  readonly route: string;
  /** The field that holds the rows; `.` when the body itself is the array. */
  readonly field: string;
  /** Absent: any rows pass, and only text that isn't JSON is refused. */
  readonly schema: { readonly source: Schema; readonly compiled: RowSchema } | undefined;
}

/**
 * Reads the bodies of one route: scans them and checks every row against the schema. Rows that the scan is sure of
 * never become objects. Not reentrant; one per route.
 */
export class RowReader {
  readonly scanner: RowScanner;
  readonly #rows: RowsOf;

  constructor(rows: RowsOf) {
    this.#rows = rows;
    this.scanner = new RowScanner(rows.field, rows.schema && rulesOf(rows.schema.source));
  }

  /** Returns what the body holds, or the answer that says why it is refused: 400 (no JSON) or 422 (bad rows). */
  read(body: Buffer): Scan | Refusal {
    const scan = this.scanner.scan(body);
    if ('at' in scan) return malformed(body, scan);
    const { schema, field, route } = this.#rows;
    if (schema === undefined || (scan.certain && scan.instead === undefined)) return scan;
    if (scan.instead !== undefined) return misplaced(route, field, scan.instead);
    const bad = badRows(scan, schema.compiled);
    return bad === undefined ? scan : refuse(route, bad);
  }
}

/** Whether what `RowReader.read` returned is an answer already. */
export function isRefusal(read: Scan | Refusal): read is Refusal {
  return 'status' in read;
}

function malformed(body: Buffer, { at, isDeep = false }: Malformed): Refusal {
  const place = at ?? firstBadUtf8(body);
  const before = body.toString('utf8', 0, place);
  const line = before.split('\n').length;
  const column = before.length - before.lastIndexOf('\n');
  const where = `line ${line}, column ${column}`;
  const near = body.toString('utf8', place, place + 20);
  if (body.length === 0) return { status: 400, error: 'The body is empty; expected JSON', detail: { position: 0 } };
  const what = isDeep
    ? 'is nested too deeply'
    : at === undefined
      ? 'is not UTF-8'
      : place >= body.length
        ? 'ends too early'
        : 'is not valid JSON';
  return { status: 400, error: `The body ${what}: ${where}`, detail: { position: place, line, column, near } };
}

function firstBadUtf8(body: Buffer): number {
  let good = 0;
  let bad = body.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isUtf8(body.subarray(0, upToCharacter(body, middle)))) good = middle;
    else bad = middle;
  }
  return good;
}

/** The end of the characters that are whole before `end`. */
function upToCharacter(body: Buffer, end: number): number {
  let start = end;
  while (start > 0 && end - start < 3 && (body[start]! & 0xc0) === 0x80) start--;
  return start;
}

function misplaced(route: string, field: string, instead: string): Refusal {
  const got = instead;
  if (field === '.') {
    return { status: 422, error: `${route} expects an array of rows, got ${got}`, detail: [{ expected: ARRAY, got }] };
  }
  const error = `${route} expects an array of rows in the field "${field}", got ${got}`;
  return { status: 422, error, detail: [{ field, expected: ARRAY, got }] };
}

const ARRAY = 'an array of objects, one a row';

/** The errors of the first bad rows; undefined when all pass. */
function badRows(scan: Scan, schema: RowSchema): RowError[] | undefined {
  const faults = new Map((scan.faults ?? []).map((fault) => [fault.row, fault]));
  const errors: RowError[] = [];
  let bad = 0;
  let i = -1;
  for (const [from, to] of rowPlaces(scan)) {
    if (bad === MOST_BAD_ROWS) break;
    const row = JSON.parse(scan.body.toString('utf8', from, to)) as unknown;
    const fault = faults.get(++i);
    const found: RowError[] = fault === undefined ? [] : [{ ...fault, row: i + 1 }];
    if (typeof row !== 'object' || row === null || Array.isArray(row) || schema.passes(row) !== true) {
      found.push(...explainRow(schema.explain, row, i + 1));
    }
    if (found.length === 0) continue;
    bad++;
    errors.push(...found);
  }
  return errors.length === 0 ? undefined : errors;
}

function refuse(route: string, detail: readonly RowError[]): Refusal {
  const { row, field, expected, got } = detail[0]!;
  const where = field === undefined ? `row ${row}` : `row ${row}, field "${field}"`;
  const more = detail.length > 1 ? `, and ${detail.length - 1} more in detail` : '';
  const error = `The rows break the schema of ${route} at ${where}: expected ${expected}, got ${got}${more}. Rows count from 1`;
  return { status: 422, error, detail };
}
