import type { Exchange } from '../execution/exchange.ts';
import type { Policy } from '../compile/policy.ts';
import { readCachingType } from './cache-lookup-value.ts';

/** They would have the backend send less than a whole response. */
const conditional = [
  'Cache-Control',
  'If-Match',
  'If-Modified-Since',
  'If-None-Match',
  'If-Range',
  'If-Unmodified-Since',
  'Range',
];

/** Answers a GET from the cache; the call then goes on behind cache-store. */
export const cacheLookup: Policy = {
  name: 'cache-lookup',
  sections: ['inbound'],
  once: true,
  compile(element) {
    readCachingType(element);
    const byDeveloper = element.requiredFlag('vary-by-developer');
    const byGroups = element.requiredFlag('vary-by-developer-groups');
    const downstream = element.choice('downstream-caching-type', ['none', 'private', 'public'], 'none');
    const mustRevalidate = element.flag('must-revalidate', true);
    const allowPrivate = element.flag('allow-private-response-caching', false);
    const headers = element.children('vary-by-header').map((child) => child.content());
    const parameters = element.children('vary-by-query-parameter').map((child) => child.content());

    return (exchange) => {
      const { request, runtime } = exchange;
      if (request.Method !== 'GET') return;
      if (request.Headers.has('authorization') && !allowPrivate.get(exchange)) return;
      const key = JSON.stringify([
        exchange.Product?.Id,
        exchange.Api.Id,
        exchange.Operation?.Id,
        queryless(exchange),
        queryOf(
          exchange,
          parameters.flatMap((parameter) => parameter.get(exchange).split(';')),
        ),
        headers.map((header) => [header.get(exchange).toLowerCase(), request.Headers.get(header.get(exchange))]),
        byDeveloper.get(exchange) ? exchange.User?.Id : undefined,
        byGroups.get(exchange) ? exchange.User?.Groups.map(({ Id }) => Id).sort() : undefined,
      ]);
      const caching = { key, downstream: downstream.get(exchange), mustRevalidate: mustRevalidate.get(exchange) };
      const cached = runtime.responses.get(caching);
      if (cached) {
        exchange.replaceResponse(cached);
        exchange.finished = exchange.fromCache = true;
        return;
      }
      exchange.caching = caching;
      for (const name of conditional) request.Headers.delete(name);
    };
  },
};

function queryless({ request }: Exchange): string {
  const { Scheme, Host, Port, Path } = request.Url;
  return `${Scheme}://${Host}:${Port}${Path}`;
}

/** Without names the whole query counts. */
function queryOf({ request }: Exchange, names: readonly string[]): unknown {
  const wanted = names.map((name) => name.trim()).filter((name) => name !== '');
  if (wanted.length === 0) return request.queryString;
  return wanted.map((name) => [name, request.Url.Query.get(name)]);
}
