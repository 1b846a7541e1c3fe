import type { Exchange } from '../../execution/exchange.ts';
import type { PolicyReader } from '../../compile/reader.ts';

export interface ScopedLimit<Limit> {
  readonly limit: Limit;
  /** Distinguishes the counters of one policy. */
  readonly key: string;
  readonly applies: (exchange: Exchange) => boolean;
}

/**
 * Reads the limits of rate-limit and quota: one for all calls, and in `api` and `operation` elements others that hold
 * beside it, each with its own counter.
 */
export function scopedLimits<Limit>(
  element: PolicyReader,
  read: (element: PolicyReader) => Limit,
): ScopedLimit<Limit>[] {
  const named = (child: PolicyReader, what: 'Api' | 'Operation') => {
    const id = child.literal('id', child.optionalText('id'));
    const name = child.literal('name', child.optionalText('name'));
    if (id === undefined && name === undefined) child.refuse(`${element.name}: ${child.name} needs an id or a name`);
    return {
      key: `${child.name}/${id ?? name}`,
      applies: (exchange: Exchange) => {
        const entity = exchange[what];
        return entity !== null && (id === undefined ? entity.Name === name : entity.Id === id);
      },
    };
  };
  const operations = (parent: PolicyReader, outer: Pick<ScopedLimit<Limit>, 'key' | 'applies'>) =>
    parent.children('operation').map((child) => {
      const { key, applies } = named(child, 'Operation');
      const both = (exchange: Exchange) => outer.applies(exchange) && applies(exchange);
      return { limit: read(child), key: `${outer.key}/${key}`, applies: both };
    });

  element.inOrder('api', 'operation');
  const all = { limit: read(element), key: 'all', applies: () => true };
  const apis = element.children('api').flatMap((child) => {
    const api = named(child, 'Api');
    return [{ limit: read(child), ...api }, ...operations(child, api)];
  });
  return [all, ...apis, ...operations(element, all)];
}
