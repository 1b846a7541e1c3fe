/**
 * Whether a caller wants a page rather than data (RFC 9110, 12.5.1): `text/html` must be asked for by name, and liked better than
 * JSON. Programs that take anything get JSON.
 */
export function wantsPage(accept: string | null): boolean {
  const ranges = (accept ?? '').split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = parameters.map((parameter) => /^q=([\d.]+)$/.exec(parameter)?.[1]).find((q) => q !== undefined);
    return { type, quality: quality === undefined ? 1 : Number(quality) };
  });
  const of = (type: string) => ranges.find((range) => range.type === type)?.quality ?? 0;
  return of('text/html') > 0 && of('text/html') > of('application/json');
}
