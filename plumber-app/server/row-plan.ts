import type { Logger } from 'pino';
import type { Batch, Method } from '../../service/definition.ts';
import type { Milliseconds } from '../../service/units.ts';
import { type Answer, hasHeaders, type Outcome, withLength } from './batch/answer.ts';
import { callMerged, type MergedCall, type Result } from './batch/bisect.ts';
import { CostModel } from './batch/cost.ts';
import { Experience } from './batch/doubts.ts';
import { mergeBodies } from './batch/merge.ts';
import { portion } from './batch/portion.ts';
import type { Proof } from './batch/prove.ts';
import { type Chunk, joinAnswers, splitRows } from './batch/split.ts';
import { Trust } from './batch/trust.ts';
import { askingPlain, compressed, isEncoded, wantsGzip } from './encoding.ts';
import { Refusal, refusals } from './errors.ts';
import { headerOf, isRepeated, requestHeaders } from './headers.ts';
import type { Job } from './job.ts';
import { passOn, refusalOf, type Plan } from './plan.ts';
import { Lanes } from './lanes.ts';
import { askOf, noWorker } from './outcome.ts';
import type { Lane, Queue } from './queue.ts';
import type { Call } from './r/connection.ts';
import { CallFailed } from './r/slot.ts';
import { readsAsJson } from './rows/media.ts';
import { isRefusal, type RowReader } from './rows/validate.ts';
import type { Staff } from './staff.ts';

export interface RowPlanOptions {
  /** `POST /score`, for the log. */
  readonly route: string;
  readonly method: Method;
  /** The field that holds the rows; `.` when the body itself is the array. */
  readonly field: string;
  readonly reader: RowReader;
  /** Undefined: rows are checked, and every request is a call of its own. */
  readonly batch: Batch | undefined;
  /** How long a call may take. */
  readonly timeout: Milliseconds | undefined;
  readonly logger: Logger;
  readonly now: () => Milliseconds;
  /** Told the requests and the rows of every call that answers several. */
  readonly onMerged?: (requests: number, rows: number) => void;
}

/**
 * How long a merged call may take, compared with what it is likely to: a request in it that never ends must not hold up
 * the others for long. More at first, when a worker that is slow for once would be ended in vain.
 */
const leashes = { first: { factor: 20, least: 5_000 }, again: { factor: 8, least: 500 } };

/**
 * The requests of a route whose bodies hold rows: checked before R sees them; those that wait are merged into one call as far
 * as that is proven to change no byte; a large one is spread over the idle workers.
 */
export class RowPlan implements Plan {
  readonly cost = new CostModel();
  readonly #options: RowPlanOptions;
  readonly #lanes: Lanes;
  /** In merging requests, and in splitting large ones. */
  readonly #trust = { merges: new Trust(), splits: new Trust() };
  /** What R answers now, merged or not. */
  readonly #atWork = { rows: 0, calls: 0 };
  #proof: Proof | undefined;

  constructor(options: RowPlanOptions) {
    this.#options = options;
    this.#lanes = new Lanes(options.field, options.batch?.headers ?? []);
  }

  /** What the comparison at load has shown; until then nothing is merged. */
  get proof(): Proof | undefined {
    return this.#proof;
  }

  /** Takes note of the proof, and merges from now on if that allows it. */
  trust(proof: Proof): void {
    this.#proof = proof;
    this.#options.reader.scanner.mixNumbers(proof.allowed && proof.mixNumbers);
  }

  /** A call of several requests' rows: with the headers that the answer may depend on, and no others. */
  mergedCall(target: string, headers: readonly string[], body: Buffer): Call {
    const { batch, method } = this.#options;
    const kept: string[] = ['Host', 'localhost'];
    const named = ['content-type', ...(batch?.headers ?? [])];
    for (let i = 0; i < headers.length; i += 2) {
      if (named.includes(headers[i]!.toLowerCase())) kept.push(headers[i]!, headers[i + 1]!);
    }
    return { method, target, headers: requestHeaders(askingPlain(kept), '- 0 - 0', body.length), body };
  }

  admit(job: Job): Refusal | undefined {
    const { body = Buffer.alloc(0), headers, target } = job;
    const contentType = headerOf(headers, 'content-type');
    if (!readsAsJson(contentType, body) || isRepeated(headers, 'content-type')) return undefined;
    const { reader, batch, now } = this.#options;
    const scan = reader.read(body);
    if (isRefusal(scan)) {
      return new Refusal(scan.status, scan.status === 400 ? 'malformed' : 'bad-rows', scan.error, scan.detail);
    }
    job.scan = scan;
    if (batch === undefined || this.#proof?.allowed !== true) return undefined;
    const lane = this.#lanes.laneOf({ target, contentType, headers, scan });
    if (lane === undefined) return undefined;
    if (scan.rows > batch.splitRows) job.isDivisible = true;
    if (scan.rows > batch.maxRows || !this.#trust.merges.holds(now())) return undefined;
    job.lane = lane;
    if (batch.maxWait > 0) this.#hold(job, lane, batch);
    return undefined;
  }

  take(first: Job, queue: Queue<Job>, idle: number): readonly Job[] {
    const { lane } = first;
    const { batch, timeout } = this.#options;
    if (lane?.first === undefined || batch === undefined) return [first];
    const waiting = function* () {
      yield rowsOf(first);
      for (let job = lane.first; job !== undefined; job = job.nextInLane) yield rowsOf(job);
    };
    const atWork = this.#atWork;
    const count = portion(waiting(), { maxRows: batch.maxRows, timeout, cost: this.cost, idle, atWork });
    const taken = [first];
    while (taken.length < count && lane.first !== undefined) {
      const job: Job = lane.first;
      queue.remove(job);
      taken.push(job);
    }
    return taken;
  }

  async run(jobs: readonly Job[], staff: Staff): Promise<void> {
    const { batch } = this.#options;
    if (batch === undefined) return passOn.run(jobs, staff);
    const wanted = jobs.filter((job) => !job.isGone);
    const [job] = wanted;
    if (job === undefined || (wanted.length === 1 && (await this.#runDivided(job, staff)))) return;
    await this.#runTogether(wanted, staff);
  }

  /** Holds a job back until the first of its lane has waited as long as the service allows, or the lane fills a call. */
  #hold(job: Job, lane: Lane<Job>, { maxRows, maxWait }: Batch): void {
    const { first } = lane;
    job.heldUntil = first?.heldUntil ?? this.#options.now() + maxWait;
    let rows = rowsOf(job);
    for (let other = first; other !== undefined; other = other.nextInLane) rows += rowsOf(other);
    if (rows >= maxRows) (first ?? job).heldUntil = 0;
  }

  /** Answers jobs that may share a call, each with the bytes that it would have got alone. */
  async #runTogether(jobs: readonly Job[], staff: Staff): Promise<void> {
    const { logger, now, route } = this.#options;
    const merged: MergedCall<Job> = {
      experience: this.#proof?.experience ?? new Experience(),
      rows: rowsOf,
      call: (some, limit) => this.#call(some, limit, staff),
      isProven: (answer) => this.#isProven(answer),
      leash: (rows, again) => this.#leash(rows, again),
      deliver: (job, result) => this.#deliver(job, result),
    };
    const rows = sumOfRows(jobs);
    this.#atWork.rows += rows;
    this.#atWork.calls += 1;
    const { inVain } = await callMerged(jobs, merged).finally(() => {
      this.#atWork.rows -= rows;
      this.#atWork.calls -= 1;
    });
    if (jobs.length === 1) return;
    const pause = this.#trust.merges.onMerged(inVain, now());
    if (pause !== undefined)
      logger.warn({ route, pause }, 'merged answers could not be used: requests run alone for a while');
  }

  async #call(jobs: readonly Job[], limit: Milliseconds | undefined, staff: Staff): Promise<Outcome> {
    const [{ target, headers }] = jobs as [Job];
    const { field, now, onMerged } = this.#options;
    const rows = sumOfRows(jobs);
    let call: Call;
    if (jobs.length === 1) call = plainCall(jobs[0]!);
    else {
      onMerged?.(jobs.length, rows);
      const body = mergeBodies(
        field,
        jobs.map((job) => job.scan!),
      );
      call = this.mergedCall(target, headers, body);
    }
    let began = 0;
    const outcome = await staff.lend((slot) => {
      began = now();
      return askOf(slot, call, limit);
    });
    if (outcome === undefined) return noWorker;
    this.#learn(rows, outcome, now() - began);
    return outcome;
  }

  /** A timeout counts too, so that a model whose cost grows faster than its rows gets smaller merges. */
  #learn(rows: number, outcome: Outcome, time: Milliseconds): void {
    // What holds no rows that we can count (a form, a file) teaches nothing.
    if (rows === 0) return;
    if (outcome.kind === 'answered' ? outcome.answer.status === 200 : outcome.reason === 'timeout')
      this.cost.observe(rows, time);
  }

  /** Spreads a large request over the workers that are idle. False when it has to be called whole. */
  async #runDivided(job: Job, staff: Staff): Promise<boolean> {
    const { field, logger, now, route } = this.#options;
    const { scan } = job;
    const trust = this.#trust.splits;
    if (!job.isDivisible || scan === undefined || !trust.holds(now())) return false;
    const end = await staff.lendSpare<Division>(async (slots) => {
      const chunks = splitRows(field, scan, slots.length);
      if (chunks === undefined) return { result: { kind: 'failed' }, isUsable: true };
      const calls = chunks.map(({ body }) => this.mergedCall(job.target, job.headers, body));
      const parts = await Promise.all(calls.map((call, i) => askOf(slots[i]!, call, undefined)));
      const outcomes = parts.map(({ result }) => result);
      return { result: this.#join(outcomes, chunks), isUsable: parts[0]!.isUsable };
    });
    if (end.kind === 'failed') return false;
    if (end.kind === 'overdue') {
      // The whole would take longer than its parts.
      job.refuse(refusals.timeout(end.detail));
      return true;
    }
    const pause = trust.onMerged(end.kind === 'unlike', now());
    if (pause !== undefined)
      logger.warn({ route, pause }, 'answers to parts do not join: requests run whole for a while');
    if (end.kind === 'joined') this.#answer(job, end.answer, end.answer.body);
    return end.kind === 'joined';
  }

  #join(outcomes: readonly Outcome[], chunks: readonly Chunk[]): Division {
    const answers: Answer[] = [];
    for (const outcome of outcomes) {
      if (outcome.kind === 'failed' && outcome.reason === 'timeout') {
        return { kind: 'overdue', detail: outcome.detail ?? '' };
      }
      if (outcome.kind === 'failed' || !this.#isProven(outcome.answer)) return { kind: 'failed' };
      answers.push(outcome.answer);
    }
    const body = joinAnswers(
      answers.map((answer) => answer.body),
      chunks,
    );
    return body === undefined ? { kind: 'unlike' } : { kind: 'joined', answer: { ...answers[0]!, body } };
  }

  #deliver(job: Job, result: Result): void {
    if (result.kind === 'answered') this.#answer(job, result.answer, result.answer.body);
    else if (result.kind === 'sliced') this.#answer(job, result.answer, result.text);
    else job.refuse(refusalOf(new CallFailed(result.reason, result.detail ?? '')));
  }

  /**
   * Answers with what R said in plain text, compressed where R would have compressed it for this caller.
   * @param body text is latin1
   */
  #answer(job: Job, { status, message, headers }: Answer, body: Buffer | string): void {
    try {
      if (wantsGzip(job.headers) && !isEncoded(headers)) {
        const sent = compressed(headers, typeof body === 'string' ? Buffer.from(body, 'latin1') : body);
        job.answer(status, message, sent.headers, sent.body);
      } else job.answer(status, message, withLength(headers, body.length), body);
    } catch (error) {
      job.refuse(refusals.unspeakable((error as Error).message));
    }
  }

  #isProven({ status, headers }: Answer): boolean {
    return status === 200 && hasHeaders(headers, this.#proof?.headers ?? []);
  }

  #leash(rows: number, again: boolean): Milliseconds | undefined {
    const { factor, least } = again ? leashes.again : leashes.first;
    return this.cost.isKnown ? Math.max(least, factor * this.cost.predict(rows)) : undefined;
  }
}

/** What came of calling a request in parts. */
type Division =
  | { readonly kind: 'joined'; readonly answer: Answer }
  /** The parts' answers do not make one. */
  | { readonly kind: 'unlike' }
  | { readonly kind: 'overdue'; readonly detail: string }
  /** Not to be divided, or a part was not answered as it should. */
  | { readonly kind: 'failed' };

function rowsOf(job: Job): number {
  return job.scan?.rows ?? 0;
}

function sumOfRows(jobs: readonly Job[]): number {
  return jobs.reduce((sum, job) => sum + rowsOf(job), 0);
}

function plainCall(job: Job): Call {
  const call = job.toCall();
  return wantsGzip(job.headers) ? { ...call, headers: askingPlain(call.headers) } : call;
}
