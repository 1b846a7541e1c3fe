import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { wrongAnswer } from '../../service/compare.ts';
import { contentTypeOf } from '../../service/content-type.ts';
import type { Method, Probe } from '../../service/definition.ts';
import { UserError } from '../../service/errors.ts';
import type { Milliseconds } from '../../service/units.ts';
import { requestHeaders } from './headers.ts';
import { CallFailed, type Slot } from './r/slot.ts';
import type { Worker } from './r/worker.ts';

/** A probe with its files read. */
export interface ReadProbe {
  readonly name: string;
  readonly method: Method;
  /** Path and query. */
  readonly target: string;
  readonly contentType: string | undefined;
  readonly body: Buffer | undefined;
  /** Undefined: any answer with a 2xx status passes. */
  readonly expected: string | undefined;
  readonly tolerance: number;
}

/** The workers that rehearse. Nobody else may use them. */
export interface Stage {
  /** Hands over a worker's slot as soon as one is free; undefined: no worker will come any more. */
  claim(take: (slot: Slot<Worker> | undefined) => void): void;
  giveBack(slot: Slot<Worker>): void;
}

export async function readProbes(directory: string, probes: readonly Probe[]): Promise<ReadProbe[]> {
  const read = async (file: string | undefined) => (file === undefined ? undefined : readFile(join(directory, file)));
  return Promise.all(
    probes.map(async ({ name, method, path, body, expect, tolerance }) => ({
      name,
      method,
      target: path,
      contentType: body === undefined ? undefined : contentTypeOf(body),
      body: await read(body),
      expected: (await read(expect))?.toString(),
      tolerance,
    })),
  );
}

/**
 * Sends every probe to so many workers, each as soon as it comes, some times over, and judges the answers. Latencies are not
 * judged: the first call to a model may load what later ones share.
 * @throws UserError that names the probe, what it got and what was expected
 */
export async function rehearse(probes: readonly ReadProbe[], stage: Stage, workers: number): Promise<void> {
  const plays = new Map<Worker, Promise<void>>();
  const held: Slot<Worker>[] = [];
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  try {
    while (plays.size < workers) {
      const slot = await Promise.race([nextSlot(stage), failed.promise]);
      held.push(slot);
      // A worker that takes several calls at once has several slots.
      if (plays.has(slot.worker)) continue;
      const play = playAll(probes, slot);
      play.catch(failed.reject);
      plays.set(slot.worker, play);
    }
    await Promise.all(plays.values());
  } finally {
    await Promise.allSettled(plays.values());
    for (const slot of held) stage.giveBack(slot);
  }
}

/** What is said of a probe that fails; `why` is the rest of the sentence. */
export function probeFailed({ name, method, target }: ReadProbe, why: string): UserError {
  return new UserError(`the probe ${name} (${method} ${target}) fails: ${why}`);
}

function nextSlot(stage: Stage): Promise<Slot<Worker>> {
  return new Promise((resolve, reject) => {
    stage.claim((slot) => {
      if (slot === undefined) reject(new UserError('the R workers end as soon as they have started: see the log'));
      else resolve(slot);
    });
  });
}

/** R compiles functions at their second call and grows its heap over the first: what a caller should not wait for. */
const rounds = 50;
/** After the first round no other begins later: a slow model is not called fifty times. */
const warmedUpAfter: Milliseconds = 500;

async function playAll(probes: readonly ReadProbe[], slot: Slot<Worker>): Promise<void> {
  const start = performance.now();
  for (let round = 0; round < rounds; round += 1) {
    if (round > 0 && performance.now() - start >= warmedUpAfter) return;
    for (const probe of probes) {
      const why = await playOne(probe, slot);
      if (why !== undefined) throw probeFailed(probe, why);
    }
  }
}

/** Why the probe fails; undefined when it passes. */
async function playOne(probe: ReadProbe, slot: Slot<Worker>): Promise<string | undefined> {
  const { method, target, contentType, body, expected, tolerance } = probe;
  const written = ['Host', 'localhost', ...(contentType === undefined ? [] : ['Content-Type', contentType])];
  const headers = requestHeaders(written, '- 0 - 0', body?.length);
  try {
    const answer = await slot.ask({ method, target, headers, body });
    const text = answer.body.toString();
    if (answer.status < 200 || answer.status > 299) return `R answers ${answer.status}${excerpt(text)}`;
    return expected === undefined ? undefined : wrongAnswer(text, expected, tolerance);
  } catch (error) {
    if (error instanceof CallFailed) return error.reason === 'died' ? 'the R worker died of it' : error.message;
    throw error;
  }
}

function excerpt(text: string): string {
  const said = text.replace(/\s+/g, ' ').trim();
  if (said === '') return '';
  return `: ${said.length > 200 ? `${said.slice(0, 199)}…` : said}`;
}
