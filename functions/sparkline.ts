import type { Milliseconds } from '../service/units.ts';
import type { Point } from './history.ts';
import { html, type Html } from './html.ts';

export interface SparklineOptions {
  /** For who does not see it. */
  readonly label: string;
  readonly now: Milliseconds;
  readonly span: Milliseconds;
}

/** A slot of time: 96 are a day in quarters of an hour. */
interface Slot {
  readonly slowest: Milliseconds;
  readonly failures: number;
  readonly count: number;
}

const slots = 96;
const [step, height, top, foot] = [4, 44, 4, 8];

/**
 * The course of a probe as SVG, without a script: the slowest answer of each slot as a line that breaks where nothing was
 * measured, and a mark at the foot of each slot with a failure. Colours are those of the page's classes.
 */
export function sparkline(points: readonly Point[], { label, now, span }: SparklineOptions): Html {
  const filled = slotsOf(points, now - span, span);
  const tallest = Math.max(1, ...filled.map((slot) => slot?.slowest ?? 0));
  const room = height - top - foot;
  const x = (index: number) => index * step + step / 2;
  const y = (slowest: Milliseconds) => Number((top + room * (1 - slowest / tallest)).toFixed(1));
  const lines = runs(filled).map(
    (run) => html`<path class="line" d="${pathOf(run.map(({ index, slot }) => [x(index), y(slot.slowest)]))}" />`,
  );
  const marks = filled.flatMap((slot, index) =>
    slot === undefined || slot.failures === 0
      ? []
      : [
          html`<rect class="mark" x="${index * step}" y="${height - foot + 2}" width="${step}" height="${foot - 2}">
            <title>${startOf(now - span, span, index)}: ${slot.failures} of ${slot.count} failed</title>
          </rect>`,
        ],
  );
  return html`<svg
    class="sparkline"
    role="img"
    aria-label="${label}"
    viewBox="0 0 ${slots * step} ${height}"
    preserveAspectRatio="none"
  >
    <title>${label}</title>
    <path class="axis" d="M0 ${height - foot}H${slots * step}" />
    ${lines} ${marks}
  </svg>`;
}

/** One sentence for a course: how many results, how many of them failures, how slow. */
export function described(points: readonly Point[]): string {
  if (points.length === 0) return 'no results in the last 24 hours';
  const failures = points.filter(({ ok }) => !ok).length;
  const latencies = points.map(({ latency }) => latency).sort((a, b) => a - b);
  const median = latencies[latencies.length >> 1] ?? 0;
  const results = `${points.length} ${points.length === 1 ? 'result' : 'results'}`;
  return `${results}, ${failures} failed, median ${Math.round(median)} ms, slowest ${Math.round(latencies.at(-1) ?? 0)} ms`;
}

function slotsOf(points: readonly Point[], from: Milliseconds, span: Milliseconds): (Slot | undefined)[] {
  const filled = new Array<Slot | undefined>(slots).fill(undefined);
  for (const { at, ok, latency } of points) {
    const index = Math.min(slots - 1, Math.floor(((at - from) / span) * slots));
    if (index < 0) continue;
    const { slowest, failures, count } = filled[index] ?? { slowest: 0, failures: 0, count: 0 };
    filled[index] = { slowest: Math.max(slowest, latency), failures: failures + (ok ? 0 : 1), count: count + 1 };
  }
  return filled;
}

function runs(filled: readonly (Slot | undefined)[]): { index: number; slot: Slot }[][] {
  const found: { index: number; slot: Slot }[][] = [];
  filled.forEach((slot, index) => {
    if (slot === undefined) return;
    if (index === 0 || filled[index - 1] === undefined) found.push([]);
    found.at(-1)?.push({ index, slot });
  });
  return found;
}

/** A single slot becomes a short dash: a line of one point is not to be seen. */
function pathOf(points: readonly (readonly [number, number])[]): string {
  const [[x, y] = [0, 0], ...rest] = points;
  if (rest.length === 0) return `M${x - step / 2} ${y}h${step}`;
  return `M${x} ${y}${rest.map(([nextX, nextY]) => `L${nextX} ${nextY}`).join('')}`;
}

function startOf(from: Milliseconds, span: Milliseconds, index: number): string {
  return new Date(from + (index * span) / slots).toISOString().slice(11, 16);
}
