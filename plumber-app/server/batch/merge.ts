import type { Scan } from '../rows/scan.ts';

/**
 * One body with the rows of several, spliced as they are written. The fields around the rows are those of the first,
 * so only requests with equal ones may come here (key.ts).
 *
 * @param field the field that holds the rows; `.` when the body itself is the array.
 * @param scans at least one, each with at least one row.
 */
export function mergeBodies(field: string, scans: readonly Scan[]): Buffer {
  const { head, tail } = scans[0]!;
  const before = field === '.' ? '[' : `{${head}${Buffer.from(JSON.stringify(field)).toString('latin1')}:[`;
  const after = field === '.' ? ']' : `]${tail}}`;
  let length = before.length + after.length + scans.length - 1;
  for (const { from, to } of scans) length += to - from;
  const merged = Buffer.allocUnsafe(length);
  let at = merged.write(before, 'latin1');
  for (let i = 0; i < scans.length; i++) {
    const { body, from, to } = scans[i]!;
    if (i > 0) merged[at++] = 44;
    at += body.copy(merged, at, from, to);
  }
  merged.write(after, at, 'latin1');
  return merged;
}
