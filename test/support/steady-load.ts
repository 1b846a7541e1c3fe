import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Milliseconds } from '../../service/units.ts';

/** Why an answer is not what its release would give. */
export type Judge = (answer: { status: number; release: string; text: string; asked: number }) => string | undefined;

export interface LoadResult {
  readonly answers: number;
  /** The first few things that went wrong; each answer, or lack of one, counts once. */
  readonly failures: readonly string[];
  readonly failed: number;
  /** How many answers each release gave. */
  readonly byRelease: ReadonlyMap<string, number>;
}

export interface LoadOptions {
  readonly port: number;
  /** Callers that keep their connection; as many more make a new one for each request. */
  readonly callers: number;
  /** How long a caller rests between an answer and its next request; not at all unless told. */
  readonly rest?: Milliseconds;
  readonly judge: Judge;
}

/**
 * Calls `POST /score` with one row and `GET /k` by turns, every caller one request at a time, until `stop`. Nothing is sent
 * twice: what fails is told.
 */
export function startLoad({ port, callers, rest, judge }: LoadOptions): { stop(): Promise<LoadResult> } {
  let isOver = false;
  let answers = 0;
  let failed = 0;
  const failures: string[] = [];
  const byRelease = new Map<string, number>();

  const caller = async (agent: Agent | false, offset: number) => {
    for (let turn = offset; !isOver; turn++) {
      const asked = 1 + (turn % 97);
      const isScore = turn % 3 !== 0;
      let wrong: string | undefined;
      try {
        const answer = await send(port, agent, isScore ? asked : undefined);
        byRelease.set(answer.release, (byRelease.get(answer.release) ?? 0) + 1);
        wrong = judge({ ...answer, asked: isScore ? asked : 1 });
      } catch (error) {
        wrong = (error as Error).message;
      }
      answers += 1;
      if (wrong !== undefined) failed += 1;
      if (wrong !== undefined && failures.length < 10) failures.push(wrong);
      if (rest !== undefined) await delay(rest);
    }
    if (agent !== false) agent.destroy();
  };
  const kept = Array.from({ length: callers }, (_, i) => caller(new Agent({ keepAlive: true, maxSockets: 1 }), i));
  const fresh = Array.from({ length: callers }, (_, i) => caller(false, i));
  return {
    async stop() {
      isOver = true;
      await Promise.all([...kept, ...fresh]);
      return { answers, failed, failures, byRelease };
    },
  };
}

/** What takes longer was lost. */
const answersWithin = 20_000;

function send(port: number, agent: Agent | false, x: number | undefined) {
  return new Promise<{ status: number; release: string; text: string }>((resolve, reject) => {
    const options = { port, host: '127.0.0.1', agent, timeout: answersWithin };
    const request =
      x === undefined
        ? httpRequest({ ...options, path: '/k' })
        : httpRequest({ ...options, path: '/score', method: 'POST', headers: { 'content-type': 'application/json' } });
    request.once('error', reject);
    request.once('timeout', () => request.destroy(new Error('no answer')));
    request.once('response', (response: IncomingMessage) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.once('error', reject);
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          release: String(response.headers['x-penstock-release']),
          text,
        }),
      );
    });
    request.end(x === undefined ? undefined : `{"df":[{"x":${x}}]}`);
  });
}
