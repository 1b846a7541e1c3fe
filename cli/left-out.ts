const shown = 8;

/** What stays out of a release, as a line for people; a long list is cut short. */
export function leftOutText(leftOut: readonly string[]): string {
  const more = leftOut.length - shown;
  const names = leftOut.slice(0, shown).join(', ');
  return `${names}${more > 0 ? ` and ${more} more` : ''}  (hidden files, logs and renv/library)`;
}
