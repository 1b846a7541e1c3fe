import { type Logger } from 'pino';
import { type Batch } from '../../service/definition.ts';
import { type Milliseconds } from '../../service/units.ts';
import { type Answer, hasHeaders, type Outcome, withLength } from './batch/answer.ts';
import { callMerged, type MergedCall, type Result } from './batch/bisect.ts';
import { CostModel } from './batch/cost.ts';
import { mergeKey } from './batch/key.ts';
import { mergeBodies } from './batch/merge.ts';
import { portion } from './batch/portion.ts';
import { type Proof } from './batch/prove.ts';
import { type Chunk, joinAnswers, splitRows } from './batch/split.ts';
import { Trust } from './batch/trust.ts';
import { askingPlain, compressed, wantsGzip } from './encoding.ts';
import { Refusal, refusals } from './errors.ts';
import { headerOf, requestHeaders } from './headers.ts';
import { type Job } from './job.ts';
import { passOn, refusalOf, type Plan, type Workshop } from './plan.ts';
import { Lane, type Queue } from './queue.ts';
import { type Call } from './r/connection.ts';
import { CallFailed, type Slot } from './r/slot.ts';
import { type Worker } from './r/worker.ts';
import { readsAsJson } from './rows/media.ts';
import { type Scan } from './rows/scan.ts';
import { isRefusal, type RowReader } from './rows/validate.ts';
import { Staff } from './staff.ts';

export interface RowPlanOptions {
  /** `POST /score`, for the log. */
  readonly route: string;
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

/** Lanes are kept when they run empty, since they are soon needed again; beyond so many, the empty ones are dropped. */
const mostLanes = 512;
/** What a merged call may take compared with what it is likely to, after a timeout, before it is given up. */
const slack = { factor: 8, least: 250 };

/** What the plan keeps about a job. */
interface Finding {
  readonly scan: Scan;
  /** Its worker has died once: the call is pure, so it was sent again, but only once. */
  isRepeated: boolean;
}

/**
 * The requests of a route whose bodies hold rows: checked before R sees them; those that wait are merged into one call as far
 * as that is proven to change no byte; a large one is spread over the idle workers.
 */
export class RowPlan implements Plan {
  readonly cost = new CostModel();
  readonly #options: RowPlanOptions;
  readonly #findings = new WeakMap<Job, Finding>();
  readonly #lanes = new Map<string, Lane<Job>>();
  readonly #trust = new Trust();
  #proof: Proof | undefined;
  #queue: Queue<Job> | undefined;

  constructor(options: RowPlanOptions) {
    this.#options = options;
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
    const kept: string[] = ['Host', 'localhost'];
    const named = ['content-type', ...(this.#options.batch?.headers ?? [])];
    for (let i = 0; i < headers.length; i += 2) {
      if (named.includes(headers[i]!.toLowerCase())) kept.push(headers[i]!, headers[i + 1]!);
    }
    return { method: 'POST', target, headers: requestHeaders(kept, '- 0 - 0', body.length), body };
  }

  admit(job: Job): Refusal | undefined {
    const { body = Buffer.alloc(0), headers, target } = job;
    const contentType = headerOf(headers, 'content-type');
    if (!readsAsJson(contentType, body)) return undefined;
    const { reader, batch, field, now } = this.#options;
    const read = reader.read(body);
    if (isRefusal(read)) {
      return new Refusal(read.status, read.status === 400 ? 'malformed' : 'bad-rows', read.error, read.detail);
    }
    this.#findings.set(job, { scan: read, isRepeated: false });
    if (batch === undefined || this.#proof?.allowed !== true || !this.#trust.holds(now())) return undefined;
    const key = mergeKey({ target, contentType, headers, scan: read }, batch.headers, field);
    if (key !== undefined && read.rows <= batch.maxRows) job.lane = this.#lane(key);
    return undefined;
  }

  take(first: Job, queue: Queue<Job>, idle: number): readonly Job[] {
    this.#queue = queue;
    return first.lane === undefined ? [first] : [first, ...this.#more([first], first.lane, queue, idle)];
  }

  async run(jobs: readonly Job[], slot: Slot<Worker>, workshop: Workshop): Promise<void> {
    const [first] = jobs;
    const { batch } = this.#options;
    const finding = first && this.#findings.get(first);
    if (first === undefined || finding === undefined || batch === undefined) return passOn.run(jobs, slot, workshop);
    const gathered = batch.maxWait > 0 ? await this.#gather(jobs, batch.maxWait) : jobs;
    const wanted = gathered.filter((job) => !job.isGone);
    if (wanted.length > 1) return this.#runMerged(wanted, slot, workshop);
    const [job] = wanted;
    if (job === undefined) return;
    if (await this.#runSpread(job, slot, workshop)) return;
    await this.#runAlone(job, slot, workshop);
  }

  /** Waits until the first has waited as long as the service allows, and takes what has come meanwhile. */
  async #gather(jobs: readonly Job[], maxWait: Milliseconds): Promise<readonly Job[]> {
    const [first] = jobs;
    const left = first === undefined ? 0 : first.since + maxWait - this.#options.now();
    if (first === undefined || first.lane === undefined || this.#queue === undefined || left <= 0) return jobs;
    await new Promise((resolve) => setTimeout(resolve, left));
    return [...jobs, ...this.#more(jobs, first.lane, this.#queue, 1)];
  }

  /** Takes what an idle worker does along with these jobs out of the queue. */
  #more(jobs: readonly Job[], lane: Lane<Job>, queue: Queue<Job>, idle: number): Job[] {
    const { batch, timeout } = this.#options;
    if (batch === undefined || lane.first === undefined) return [];
    const rows = (job: Job) => this.#rows(job);
    const ours = jobs.reduce((sum, job) => sum + rows(job), 0);
    const waiting = function* () {
      yield ours;
      for (let job = lane.first; job !== undefined; job = job.nextInLane) yield rows(job);
    };
    const count = portion(waiting(), { maxRows: batch.maxRows, timeout, cost: this.cost, idle: Math.max(1, idle) }) - 1;
    const taken: Job[] = [];
    while (taken.length < count && lane.first !== undefined) {
      const job: Job = lane.first;
      queue.remove(job);
      taken.push(job);
    }
    return taken;
  }

  async #runMerged(jobs: readonly Job[], slot: Slot<Worker>, workshop: Workshop): Promise<void> {
    const { field, logger, now, onMerged, route } = this.#options;
    const staff = new Staff(slot, workshop);
    const merged: MergedCall<Job> = {
      experience: this.#proof!.experience,
      rows: (job) => this.#rows(job),
      call: (some, limit) => {
        const rows = some.reduce((sum, job) => sum + this.#rows(job), 0);
        if (some.length === 1) return this.#ask(staff, plainCall(some[0]!), rows, limit);
        onMerged?.(some.length, rows);
        const [{ target, headers }] = some as [Job];
        const scans = some.map((job) => this.#findings.get(job)!.scan);
        return this.#ask(staff, this.mergedCall(target, headers, mergeBodies(field, scans)), rows, limit);
      },
      isProven: (answer) => this.#isProven(answer),
      leash: (rows) => this.#leash(rows),
      deliver: (job, result) => this.#deliver(job, result),
    };
    const { inVain } = await callMerged(jobs, merged);
    const pause = this.#trust.onMerged(inVain, now());
    if (pause !== undefined)
      logger.warn({ route, pause }, 'merged answers could not be used: requests run alone for a while');
  }

  /** Spreads a large request over the workers that are idle. False when it has to be called whole. */
  async #runSpread(job: Job, slot: Slot<Worker>, workshop: Workshop): Promise<boolean> {
    const { batch, field } = this.#options;
    const { scan } = this.#findings.get(job)!;
    if (batch === undefined || this.#proof?.allowed !== true || scan.rows <= batch.splitRows) return false;
    const slots = [slot];
    for (let next = workshop.takeIdle(); next !== undefined; next = workshop.takeIdle()) slots.push(next);
    const chunks = splitRows(field, scan, slots.length);
    const answers = chunks === undefined ? undefined : await this.#askChunks(job, chunks, slots);
    for (const further of slots.slice(1)) workshop.giveBack(further);
    const body =
      answers &&
      joinAnswers(
        answers.map((answer) => answer.body),
        chunks!,
      );
    if (body === undefined) return false;
    const [{ status, message, headers }] = answers as [Answer];
    this.#answerPlain(job, status, message, withLength(headers, body.length), body);
    return true;
  }

  /** The chunks' answers, each of a slot of its own; undefined when any of them is not of the proven kind. */
  async #askChunks(job: Job, chunks: readonly Chunk[], slots: readonly Slot<Worker>[]): Promise<Answer[] | undefined> {
    const answers = await Promise.all(
      chunks.map(({ body }, i) => askOf(slots[i]!, this.mergedCall(job.target, job.headers, body), undefined)),
    );
    const proven = answers.flatMap((outcome) =>
      outcome.kind === 'answered' && this.#isProven(outcome.answer) ? [outcome.answer] : [],
    );
    return proven.length === chunks.length ? proven : undefined;
  }

  async #runAlone(job: Job, slot: Slot<Worker>, workshop: Workshop): Promise<void> {
    const finding = this.#findings.get(job)!;
    const began = this.#options.now();
    try {
      const { status, message, headers, body } = await slot.ask(job.toCall());
      this.cost.observe(finding.scan.rows, this.#options.now() - began);
      this.#answer(job, status, message, headers, body);
    } catch (error) {
      if (error instanceof CallFailed && error.reason === 'died' && !finding.isRepeated) {
        finding.isRepeated = true;
        workshop.again(job);
      } else job.refuse(refusalOf(error as Error));
    }
  }

  async #ask(staff: Staff, call: Call, rows: number, limit: Milliseconds | undefined): Promise<Outcome> {
    return staff.lend(async (slot) => {
      const began = this.#options.now();
      const outcome = await askOf(slot, call, limit);
      // A timeout counts too, so that a model whose cost grows faster than its rows gets smaller merges.
      if (outcome.kind === 'answered' || outcome.reason === 'timeout')
        this.cost.observe(rows, this.#options.now() - began);
      return { outcome, isUsable: outcome.kind === 'answered' };
    });
  }

  #deliver(job: Job, result: Result): void {
    if (result.kind === 'answered') {
      const { status, message, headers, body } = result.answer;
      this.#answerPlain(job, status, message, headers, body);
    } else if (result.kind === 'sliced') {
      const { status, message, headers } = result.answer;
      const body = Buffer.from(result.text, 'latin1');
      this.#answerPlain(job, status, message, withLength(headers, body.length), body);
    } else
      job.refuse(result.reason === 'timeout' ? refusals.timeout('R did not answer in time.') : refusals.workerDied);
  }

  /** Answers with what R said in plain text, compressed where R would have compressed it for this caller. */
  #answerPlain(job: Job, status: number, message: string, headers: readonly string[], body: Buffer): void {
    const sent = wantsGzip(job.headers) ? compressed(headers, body) : { headers, body };
    this.#answer(job, status, message, sent.headers, sent.body);
  }

  #answer(job: Job, status: number, message: string, headers: readonly string[], body: Buffer): void {
    job.answer(status, message, [...headers, 'x-penstock-rows', String(this.#rows(job))], body);
  }

  #isProven({ status, headers }: Answer): boolean {
    return status === 200 && hasHeaders(headers, this.#proof?.headers ?? []);
  }

  #leash(rows: number): Milliseconds | undefined {
    return this.cost.isKnown ? Math.max(slack.least, slack.factor * this.cost.predict(rows)) : undefined;
  }

  #rows(job: Job): number {
    return this.#findings.get(job)?.scan.rows ?? 0;
  }

  #lane(key: string): Lane<Job> {
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      if (this.#lanes.size >= mostLanes) {
        for (const [old, { length }] of this.#lanes) if (length === 0) this.#lanes.delete(old);
      }
      this.#lanes.set(key, (lane = new Lane<Job>(key)));
    }
    return lane;
  }
}

function plainCall(job: Job): Call {
  const call = job.toCall();
  return wantsGzip(job.headers) ? { ...call, headers: askingPlain(call.headers) } : call;
}

/** One call of a slot, as an outcome. */
async function askOf(slot: Slot<Worker>, call: Call, limit: Milliseconds | undefined): Promise<Outcome> {
  try {
    return { kind: 'answered', answer: await slot.ask(call, limit) };
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    return { kind: 'failed', reason: error.reason === 'timeout' ? 'timeout' : 'died' };
  }
}
