import type { Milliseconds } from '../../../service/units.ts';
import { R_INTEGER_MAX } from '../rows/kinds.ts';
import type { ColumnRule, RowRules } from '../rows/rules.ts';
import { type Malformed, RowScanner, type Scan } from '../rows/scan.ts';
import { fieldTexts, rowTexts } from '../rows/texts.ts';
import { type Answer, hasHeaders, lastingHeaders, type Outcome } from './answer.ts';
import type { CostModel } from './cost.ts';
import { Experience, FORMATTED } from './doubts.ts';
import { mergeBodies } from './merge.ts';
import { sliceAnswer, vectorsOf } from './slice.ts';

/** A request of the kind that callers send: a probe's. */
export interface Sample {
  /** Path and query. */
  readonly target: string;
  readonly body: Buffer;
  /** Further headers, names and values by turns. */
  readonly headers?: readonly string[];
}

/** What the proof needs of the release that is being loaded. */
export interface Trial {
  /** The field that holds the rows; `.` when the body itself is the array. */
  readonly field: string;
  readonly rules: RowRules;
  readonly maxRows: number;
  readonly samples: readonly Sample[];
  /** The headers, in lower case, that the service says the answer depends on: only requests with equal ones merge. */
  readonly namedHeaders: readonly string[];
  /** Whether the rows of a body pass the schema; R is shown no others. */
  passes(body: Buffer): boolean;
  /** One call to R, with the headers that a merged call has. */
  call(sample: Sample): Promise<Outcome>;
  readonly now: () => Milliseconds;
  /** Learns what calls cost. */
  readonly cost: CostModel;
}

/** What the comparison of answers alone and merged has shown. */
export interface Proof {
  /** Whether requests may merge. */
  readonly allowed: boolean;
  /** Whether integers and decimals may stand in one column where the schema says `number`. */
  readonly mixNumbers: boolean;
  /** Why not, in a sentence; why no mixing, where the rest is allowed. */
  readonly reason: string | undefined;
  /** The headers of every answer, names and values by turns, without Date and Content-Length. */
  readonly headers: readonly string[];
  readonly experience: Experience;
}

/** How many different rows are tried. */
const MOST_ROWS = 8;
/** From how many of them others are derived, and how many kinds of rows are compared. */
const MOST_DERIVED = 3;
const MOST_GROUPS = 2;
/** How many rows the largest merge of the proof has, if that doesn't take too long. */
const LARGE_MERGE = 64;
const LONGEST_MERGE: Milliseconds = 1_000;
/** The product of two such integers overflows in R, and as a double R writes this number in another way. */
const LARGE_INTEGER = 100_000;
/** What callers often send, and a merged call does not hold. */
const COMMON_HEADERS: readonly (readonly [string, string])[] = [
  ['Accept', 'text/html'],
  ['Accept-Language', 'de-CH'],
  ['Authorization', 'Bearer a.b.c'],
  ['Cookie', 'name=value'],
  ['Origin', 'https://example.com'],
  ['Referer', 'https://example.com/page'],
  ['User-Agent', 'Mozilla/5.0'],
  ['X-Api-Key', 'key'],
  ['X-Forwarded-For', '203.0.113.7'],
  ['X-Penstock-Subscription', 'example'],
  ['X-Request-Id', '1'],
];
/** In how many columns other texts are tried. */
const MOST_TEXT_COLUMNS = 16;

/**
 * Finds out whether requests of a route may merge: sends rows of the probes alone and merged, and compares status,
 * headers and bytes. Integers and decimals are tried in one column, too, with rows derived from those of the probes.
 */
export async function prove(trial: Trial): Promise<Proof> {
  const comparison = new Comparison(trial);
  const { experience } = comparison;
  try {
    const rows = await comparison.usableRows();
    await comparison.repeat(rows);
    await comparison.compareHeaders(rows[0]!);
    await comparison.compareAlike(rows);
    await comparison.compareTexts(rows);
    const reason = await reasonOf(() => comparison.compareMixed(rows));
    return { allowed: true, mixNumbers: reason === undefined, reason, headers: comparison.headers, experience };
  } catch (error) {
    if (!(error instanceof Objection)) throw error;
    return { allowed: false, mixNumbers: false, reason: error.message, headers: [], experience };
  }
}

/** What speaks against merging. */
class Objection extends Error {}

async function reasonOf(check: () => Promise<void>): Promise<string | undefined> {
  try {
    await check();
    return undefined;
  } catch (error) {
    if (error instanceof Objection) return error.message;
    throw error;
  }
}

class Comparison {
  readonly experience = new Experience();
  headers: readonly string[] = [];
  readonly #trial: Trial;
  readonly #exact: RowScanner;
  readonly #mixing: RowScanner;
  /** What requests alone were answered, by the text of their rows; undefined: not at all, or not with 200. */
  readonly #alone = new Map<string, Answer | undefined>();
  /** The rows of merged calls that failed as a request in them does alone. */
  readonly #failsMerged = new Set<string>();
  /** The request whose path, query and other fields are used. */
  #sample: Sample;
  #frame: Scan | undefined;

  constructor(trial: Trial) {
    this.#trial = trial;
    this.#sample = trial.samples[0] ?? { target: '', body: Buffer.alloc(0) };
    this.#exact = new RowScanner(trial.field, trial.rules);
    this.#mixing = new RowScanner(trial.field, trial.rules);
    this.#mixing.mixNumbers(true);
  }

  /** Different rows of the probes that are answered with 200, alone, by an array of one element. */
  async usableRows(): Promise<string[]> {
    const texts = this.#differentRows();
    const usable: string[] = [];
    for (const text of spread(texts, MOST_ROWS)) if ((await this.#askAlone([text])) !== undefined) usable.push(text);
    if (usable.length >= 2) return usable;
    const answered = [...this.#alone.values()].filter((answer) => answer !== undefined).length;
    throw new Objection(
      texts.length < 2
        ? 'the probes hold fewer than two different rows that may merge'
        : `of ${texts.length} rows of the probes, ${answered} are answered with 200 when they are sent alone`,
    );
  }

  /** The same request must have the same answer. */
  async repeat(rows: readonly string[]): Promise<void> {
    for (const row of rows.slice(0, 3)) {
      const again = await this.#ask([row]);
      if (again === undefined || !again.body.equals(this.#alone.get(row)!.body)) {
        throw new Objection(
          'equal requests have different answers, so the call is not pure (random numbers, the time?)',
        );
      }
    }
  }

  /** The answer must not depend on headers that a merged call has not. */
  async compareHeaders(row: string): Promise<void> {
    const { namedHeaders } = this.#trial;
    const expected = this.#alone.get(row)!.body;
    const target = this.#sample.target;
    const matters = async (headers: readonly (readonly string[])[]) => {
      const outcome = await this.#trial.call({ target, body: this.#body([row]), headers: headers.flat() });
      if (outcome.kind === 'failed') return true;
      const { status, headers: found, body } = outcome.answer;
      return status !== 200 || !hasHeaders(found, this.headers) || !body.equals(expected);
    };
    const tried = COMMON_HEADERS.filter(([name]) => !namedHeaders.includes(name.toLowerCase()));
    if (!(await matters(tried))) return;
    const guilty: string[] = [];
    for (const header of tried) if (await matters([header])) guilty.push(header[0]);
    throw new Objection(
      `the answer depends on request headers that batch.headers does not name (${guilty.join(', ') || 'several together'})`,
    );
  }

  /** Merges rows whose columns have the same types. */
  async compareAlike(rows: readonly string[]): Promise<void> {
    const decimals = rows.slice(0, MOST_DERIVED).map((row) => this.#derive(row, asDecimal));
    const groups = this.#groups(this.#exact, [...new Set([...rows, ...decimals])]);
    if (groups.length === 0) throw new Objection('no two rows of the probes have columns of the same types');
    let sure = 0;
    for (const group of groups.slice(0, MOST_GROUPS)) sure += await this.#compare(group);
    if (sure === 0) throw new Objection('no slice of a merged answer is surely the answer that its rows have alone');
  }

  /**
   * Merges rows with texts that the probes don't have, as far as the schema takes them: R reads a column of texts by its
   * first value (`as.Date`) or by all of them (`as.POSIXct`, `type.convert`).
   */
  async compareTexts(rows: readonly string[]): Promise<void> {
    const fields = new Map(
      rows.flatMap((row) => fieldTexts(row).map(([name, value]) => [name, { row, value }] as const)),
    );
    const texts = [...fields].filter(([, { value }]) => value.startsWith('"')).slice(0, MOST_TEXT_COLUMNS);
    for (const [name, { row, value }] of texts) {
      for (const other of otherTexts(JSON.parse(value) as string)) {
        const odd = rowOf(fieldTexts(row).map(([n, v]) => [n, n === name ? JSON.stringify(other) : v]));
        if (this.#signature(this.#exact, [odd]) !== this.#signature(this.#exact, [row])) continue;
        await this.#compareParts([[row], [odd]]);
        if (this.#alone.get(odd) !== undefined) await this.#compareParts([[odd], [row]]);
      }
    }
  }

  /** Merges rows whose numbers are integers in one and decimals in the other. */
  async compareMixed(rows: readonly string[]): Promise<void> {
    const some = rows.slice(0, MOST_DERIVED);
    const derived = [asInteger, asDecimal, asLargeInteger, asNull].map((to) =>
      some.map((row) => this.#derive(row, to)),
    );
    const [integers = [], , , nulls = []] = derived;
    const extremes = [asGreatest, asLeast].map((to) => this.#derive(some[0]!, to));
    const tried = [...new Set([...rows, ...derived.flat(), ...extremes])];
    const groups = this.#groups(this.#mixing, tried).filter((group) => this.#isMixed(group));
    if (groups.length === 0) throw new Objection('no rows with integers and decimals in one column could be tried');
    for (const group of groups.slice(0, MOST_GROUPS)) await this.#compare(group);
    // An integer and a missing value in one request, beside decimals in another.
    const pairs = integers.map((row, i) => [row, nulls[i]!]).filter(([row, none]) => row !== none);
    for (const pair of pairs.slice(0, 1))
      await this.#compareParts([pair, ...groups[0]!.map((row) => [row])], this.#mixing);
  }

  #differentRows(): string[] {
    const frames = new Map<string, { sample: Sample; scan: Scan; rows: Set<string> }>();
    for (const sample of this.#trial.samples) {
      const scan = this.#exact.scan(sample.body);
      if (isMalformed(scan) || scan.instead !== undefined) continue;
      const key = JSON.stringify([sample.target, scan.head, scan.tail]);
      const frame = frames.get(key) ?? { sample, scan, rows: new Set<string>() };
      for (const text of rowTexts(scan)) frame.rows.add(text);
      frames.set(key, frame);
    }
    const [largest] = [...frames.values()].sort((a, b) => b.rows.size - a.rows.size);
    if (largest === undefined) return [];
    this.#sample = largest.sample;
    this.#frame = largest.scan;
    return [...largest.rows].filter((text) => this.#signature(this.#exact, [text]) !== undefined);
  }

  /** Rows that share a signature, two at least; the largest groups first. */
  #groups(scanner: RowScanner, rows: readonly string[]): string[][] {
    const groups = new Map<unknown, string[]>();
    for (const row of rows) {
      const signature = this.#signature(scanner, [row]);
      if (signature !== undefined) groups.set(signature, [...(groups.get(signature) ?? []), row]);
    }
    return [...groups.values()].filter((group) => group.length >= 2).sort((a, b) => b.length - a.length);
  }

  /** Whether some column holds an integer in one row and a decimal in another. */
  #isMixed(group: readonly string[]): boolean {
    return new Set(group.map((row) => this.#signature(this.#exact, [row]))).size > 1;
  }

  /** Merges rows in several ways; returns how many slices were surely right. */
  async #compare(rows: readonly string[]): Promise<number> {
    const [first, second] = [rows[0]!, rows[1]!];
    const alone = rows.map((row) => [row]);
    let sure = await this.#compareParts([[first], [second]]);
    sure += await this.#compareParts([...alone, [first]]);
    sure += await this.#compareParts([[second, first], [first], [...rows].reverse()]);
    const large = Math.min(LARGE_MERGE, this.#trial.maxRows);
    if (this.#trial.cost.predict(large) > LONGEST_MERGE) return sure;
    return sure + (await this.#compareParts(Array.from({ length: large }, (_, i) => alone[i % alone.length]!)));
  }

  async #compareParts(parts: readonly (readonly string[])[], scanner = this.#exact): Promise<number> {
    const whole: { readonly rows: readonly string[]; readonly answer: Answer }[] = [];
    const failing = new Set<string>();
    for (const rows of parts) {
      if (this.#signature(scanner, rows) === undefined) continue;
      const answer = await this.#askAlone(rows);
      if (answer !== undefined) whole.push({ rows, answer });
      else failing.add(rows.join(','));
    }
    const [good] = whole;
    for (const bad of failing) {
      if (good === undefined) break;
      const body = `${good.rows.join(',')},${bad}`;
      if (this.#failsMerged.has(body)) continue;
      if ((await this.#ask([body])) !== undefined) {
        throw new Objection(`R answers ${quote(bad)} beside another row, but not alone: the schema should refuse it`);
      }
      this.#failsMerged.add(body);
    }
    if (whole.length < 2) return 0;
    const merged = await this.#ask(whole.flatMap(({ rows }) => rows));
    if (merged === undefined) throw new Objection('a merged call fails though each of its rows is answered alone');
    const slices = sliceAnswer(
      merged.body,
      whole.map(({ rows }) => rows.length),
      this.experience,
    );
    if (slices === undefined) throw new Objection('the answer to a merged call does not have one element a row');
    let sure = 0;
    slices.forEach(({ text, doubts }, i) => {
      const { rows, answer } = whole[i]!;
      const expected = answer.body.toString('latin1');
      if (doubts.some(({ bits }) => (bits & FORMATTED) !== 0)) {
        throw new Objection('the answers hold dates, times or padded texts, which R prints to fit their neighbours');
      }
      for (const { column, bits } of doubts) column.learn(bits, text === expected);
      if (doubts.length === 0 && text !== expected) {
        throw new Objection(
          `the answer to ${count(rows.length)} is ${quote(expected)} alone but ${quote(text)} when ${whole.length} requests are merged`,
        );
      }
      if (text === expected && doubts.every(({ column, bits }) => column.open(bits) === 0)) sure++;
    });
    return sure;
  }

  async #askAlone(rows: readonly string[]): Promise<Answer | undefined> {
    const key = rows.join(',');
    if (this.#alone.has(key)) return this.#alone.get(key);
    const answer = await this.#ask(rows);
    if (answer !== undefined && vectorsOf(answer.body, rows.length) === undefined) {
      throw new Objection(
        `the answer to ${count(rows.length)} is ${quote(answer.body.toString('latin1'))}, not an array of one element a row`,
      );
    }
    this.#alone.set(key, answer);
    return answer;
  }

  /** Undefined when there is no answer, or one whose status isn't 200. */
  async #ask(rows: readonly string[]): Promise<Answer | undefined> {
    const { now, cost } = this.#trial;
    const started = now();
    const outcome = await this.#trial.call({ target: this.#sample.target, body: this.#body(rows) });
    if (outcome.kind === 'failed' && outcome.reason === 'timeout') {
      throw new Objection(`${count(rows.length)} took R longer than ${Math.round((now() - started) / 1000)} s`);
    }
    if (outcome.kind === 'failed' || outcome.answer.status !== 200) return undefined;
    cost.observe(rows.length, now() - started);
    const { headers } = outcome.answer;
    if (this.headers.length === 0) this.headers = lastingHeaders(headers);
    if (!hasHeaders(headers, this.headers)) throw new Objection('the headers of the answers differ');
    if (headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'set-cookie')) {
      throw new Objection('the answers set cookies');
    }
    return outcome.answer;
  }

  /** The same row with other numbers where the schema says `number`; a number stays where none of the others passes. */
  #derive(row: string, to: (value: number, rule: ColumnRule) => string[]): string {
    const signature = this.#signature(this.#mixing, [row]);
    if (signature === undefined) return row;
    const fields = fieldTexts(row);
    fields.forEach(([name, value], i) => {
      const place = signature.layout.place(JSON.parse(name) as string) ?? -1;
      if (signature.types[place] !== 'n') return;
      for (const candidate of to(Number(value), signature.layout.rules[place]!)) {
        fields[i]![1] = candidate;
        if (this.#trial.passes(this.#body([rowOf(fields)]))) return;
      }
      fields[i]![1] = value;
    });
    return rowOf(fields);
  }

  #signature(scanner: RowScanner, rows: readonly string[]): Scan['signature'] {
    const body = this.#body(rows);
    const scan = scanner.scan(body);
    return !isMalformed(scan) && this.#trial.passes(body) ? scan.signature : undefined;
  }

  #body(rows: readonly string[]): Buffer {
    const body = Buffer.from(rows.join(','), 'latin1');
    return mergeBodies(this.#trial.field, [{ ...this.#frame!, body, from: 0, to: body.length }]);
  }
}

function isMalformed(scan: Scan | Malformed): scan is Malformed {
  return 'at' in scan;
}

function rowOf(fields: readonly (readonly [string, string])[]): string {
  return `{${fields.map(([name, value]) => `${name}:${value}`).join(',')}}`;
}

function asInteger(value: number): string[] {
  return [Math.round(value), Math.floor(value), Math.ceil(value), 0, 1].map(String);
}

function asDecimal(value: number): string[] {
  return Number.isInteger(value) ? [value + 0.5, value - 0.5].map(String) : [String(value)];
}

function asLargeInteger(value: number): string[] {
  return [String(LARGE_INTEGER), ...asInteger(value)];
}

/** Where a sum of integers leaves R's range, which a sum of doubles does not. */
function asGreatest(value: number, { most }: ColumnRule): string[] {
  return [String(Math.min(R_INTEGER_MAX, Math.floor(most))), ...asInteger(value)];
}

function asLeast(value: number, { least }: ColumnRule): string[] {
  return [String(Math.max(-R_INTEGER_MAX, Math.ceil(least))), ...asInteger(value)];
}

function asNull(): string[] {
  return ['null'];
}

/** Texts that R may read in another way than this one. */
function otherTexts(text: string): string[] {
  const date = /^\d{4}-\d\d-\d\d/.exec(text)?.[0];
  const dates = date === undefined ? [] : [date, date.replaceAll('-', '/'), `${date} 11:22:33`, `${date}T11:22:33Z`];
  return ['?', '1', ...dates].filter((other) => other !== text);
}

function spread<Item>(items: readonly Item[], most: number): Item[] {
  const step = Math.max(1, items.length / most);
  return Array.from({ length: Math.min(items.length, most) }, (_, i) => items[Math.floor(i * step)]!);
}

function count(rows: number): string {
  return rows === 1 ? 'a row' : `${rows} rows`;
}

function quote(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
