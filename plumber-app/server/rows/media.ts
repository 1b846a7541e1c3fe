/**
 * Whether Plumber reads a body of this content type as JSON, as its `parser_picker` decides with the default parsers.
 * Other bodies (forms, CSV, RDS …) go to R as they are: what they hold is not known here.
 *
 * @param contentType the request's header; undefined when it has none, and then the first byte decides.
 */
export function readsAsJson(contentType: string | undefined, body: Uint8Array): boolean {
  if (contentType === 'application/json') return true;
  if (contentType === undefined || contentType === '') return body[0] === 91 || body[0] === 123;
  const type = contentType.toLowerCase();
  const end = type.indexOf(';');
  const media = end < 0 ? type : type.slice(0, end);
  if (media !== 'application/json' && media !== 'text/json') return false;
  if (end < 0) return true;
  const charset = /charset=([^;\s]*)/.exec(type)?.[1];
  return charset === undefined || charset === 'utf-8' || charset === 'utf8';
}
