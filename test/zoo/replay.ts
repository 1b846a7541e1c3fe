import { type Answer, NoAnswer, readAnswer, sendBytes } from './exchange.ts';
import { encode, type ZooRequest } from './request.ts';
import type { Target } from './target.ts';

/** What a target answered to each request, in order; a failure to answer is kept as the answer. */
export type Replay = ReadonlyMap<ZooRequest, Answer | NoAnswer>;

/**
 * Replays the requests one after the other, each on a connection of its own, with one cookie jar, to the last or until
 * the target is stuck.
 */
export async function replay(target: Target, requests: readonly ZooRequest[]): Promise<Replay> {
  const answers = new Map<ZooRequest, Answer | NoAnswer>();
  const cookies = new Map<string, string>();
  for (const request of requests) {
    if (request.stateful && target.workers > 1) continue;
    const answer = await exchange(target, request, cookies);
    answers.set(request, answer);
    if (answer instanceof NoAnswer && answer.silent) break;
  }
  return answers;
}

/** One request, one answer. `cookies` are sent, and kept up to date, when the request says `jar`. */
export async function exchange(
  target: Target,
  request: ZooRequest,
  cookies = new Map<string, string>(),
): Promise<Answer | NoAnswer> {
  try {
    const { answer } = readAnswer(await sendBytes(target.port, encode(request, cookies)), request.method);
    if (request.jar) keepCookies(answer, cookies);
    return answer;
  } catch (error) {
    if (error instanceof NoAnswer) return error;
    throw error;
  }
}

function keepCookies(answer: Answer, cookies: Map<string, string>): void {
  for (const [name, value] of answer.headers) {
    if (name.toLowerCase() !== 'set-cookie') continue;
    const [pair = ''] = value.split(';');
    const equals = pair.indexOf('=');
    cookies.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
}
