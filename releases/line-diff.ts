/** Unchanged lines that are shown around a change. */
const around = 3;

interface Line {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/**
 * What a text has that another has not, line by line, as a unified diff without its two head lines; empty for equal texts.
 * Takes memory for each pair of a line of one and a line of the other that are not at the texts' equal beginning or end.
 */
export function lineDiff(before: string, after: string): string[] {
  const lines = changes(linesOf(before), linesOf(after));
  const shown: string[] = [];
  for (const [start, end] of hunks(lines)) {
    const count = (sign: '-' | '+', from: number, to: number) =>
      lines.slice(from, to).filter((line) => line.sign !== (sign === '-' ? '+' : '-')).length;
    const range = (sign: '-' | '+') => {
      const length = count(sign, start, end);
      return `${sign}${count(sign, 0, start) + (length > 0 ? 1 : 0)},${length}`;
    };
    shown.push(`@@ ${range('-')} ${range('+')} @@`);
    shown.push(...lines.slice(start, end).map(({ sign, text }) => sign + text));
  }
  return shown;
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

/** All lines of both, those that both have once, by their longest common subsequence. */
function changes(before: readonly string[], after: readonly string[]): Line[] {
  let [start, end] = [0, 0];
  const most = Math.min(before.length, after.length);
  while (start < most && before[start] === after[start]) start += 1;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const [a, b] = [before.slice(start, before.length - end), after.slice(start, after.length - end)];
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const [down, right] = [common[(i + 1) * width + j]!, common[i * width + j + 1]!];
      common[i * width + j] = a[i] === b[j] ? common[(i + 1) * width + j + 1]! + 1 : Math.max(down, right);
    }
  }
  const lines: Line[] = before.slice(0, start).map((text) => ({ sign: ' ', text }));
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ sign: ' ', text: a[i]! });
      [i, j] = [i + 1, j + 1];
    } else if (j === b.length || (i < a.length && common[(i + 1) * width + j]! >= common[i * width + j + 1]!)) {
      lines.push({ sign: '-', text: a[i++]! });
    } else lines.push({ sign: '+', text: b[j++]! });
  }
  return [...lines, ...before.slice(before.length - end).map((text): Line => ({ sign: ' ', text }))];
}

/** The stretches to show: changes with what is around them, those that meet in one. */
function hunks(lines: readonly Line[]): [start: number, end: number][] {
  const found: [number, number][] = [];
  for (const [index, { sign }] of lines.entries()) {
    if (sign === ' ') continue;
    const [start, end] = [Math.max(0, index - around), Math.min(lines.length, index + around + 1)];
    const last = found.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = end;
    else found.push([start, end]);
  }
  return found;
}
