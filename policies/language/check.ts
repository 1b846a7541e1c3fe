/**
 * A whole number within the bounds that API Management sets.
 *
 * @throws RangeError that names the policy, the attribute and the bounds
 */
export function whole(value: number, where: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  const bounds = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new RangeError(`${where}: expected a whole number ${bounds}, got ${value}`);
}

/** @throws RangeError when a text that must say something is empty */
export function given(text: string, where: string): string {
  if (text !== '') return text;
  throw new RangeError(`${where}: expected a text, got an empty one`);
}
