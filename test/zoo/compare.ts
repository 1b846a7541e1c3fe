import { type Answer, NoAnswer } from './exchange.ts';
import type { Replay } from './replay.ts';
import { label, type ZooRequest } from './request.ts';

/** Headers that belong to one hop, or to its clock, and not to the API. */
const HOP = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding', 'content-length']);

const isApiHeader = ([name]: readonly [string, string]): boolean =>
  !HOP.has(name.toLowerCase()) && !name.toLowerCase().startsWith('x-penstock-');

/**
 * @returns One line for every request of `actual` that was answered otherwise than in `expected`: status, header lines
 *   (order, case, repetition) or body bytes. Empty when all agree.
 */
export function differences(expected: Replay, actual: Replay): string[] {
  return [...actual].flatMap(([request, answer]) => {
    const other = expected.get(request);
    return other === undefined ? [`${label(request)}: never sent to bare Plumber`] : differing(request, other, answer);
  });
}

function differing(request: ZooRequest, expected: Answer | NoAnswer, actual: Answer | NoAnswer): string[] {
  const name = label(request);
  if (request.malformed) {
    if (!(expected instanceof NoAnswer))
      return [`${name}: marked as malformed, yet bare Plumber answered ${expected.status}`];
    return actual instanceof NoAnswer && actual.silent ? [`${name}: Penstock hangs (${actual.message})`] : [];
  }
  if (expected instanceof NoAnswer) return [`${name}: bare Plumber gave no answer (${expected.message})`];
  if (actual instanceof NoAnswer)
    return [`${name}: bare Plumber answered ${expected.status}, Penstock nothing (${actual.message})`];
  const steady = request.steady ?? ((text: string) => text);
  const found: string[] = [];
  const note = (what: string, left: string, right: string): void => {
    if (steady(left) !== steady(right))
      found.push(`${name}: ${what}\n    bare     ${excerpt(left, right)}\n    Penstock ${excerpt(right, left)}`);
  };
  note('status', String(expected.status), String(actual.status));
  note('headers', headerText(expected), headerText(actual));
  note('body', expected.body.toString('latin1'), actual.body.toString('latin1'));
  return found;
}

const headerText = (answer: Answer): string =>
  answer.headers
    .filter(isApiHeader)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');

/** The text around the first byte in which it differs from the other. */
function excerpt(text: string, other: string): string {
  let at = 0;
  while (at < text.length && text[at] === other[at]) at += 1;
  const from = Math.max(0, at - 40);
  return `(${text.length} bytes, differs at ${at}) ${from > 0 ? '…' : ''}${JSON.stringify(text.slice(from, from + 160))}`;
}
