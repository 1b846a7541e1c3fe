/**
 * A request's target as path and query: as it is, or without scheme and authority when the caller wrote the absolute form
 * (RFC 9112, section 3.2.2). Undefined for the others (`*`), which no route can have.
 */
export function originForm(target: string): string | undefined {
  if (target.startsWith('/')) return target;
  const [, rest] = /^https?:\/\/[^/?#]+(.*)$/i.exec(target) ?? [];
  if (rest === undefined) return undefined;
  return rest.startsWith('/') ? rest : `/${rest}`;
}
