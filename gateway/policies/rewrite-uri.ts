import { decodeQuery, joinQuery, splitQuery } from '../execution/url.ts';
import type { Policy } from '../compile/policy.ts';

/**
 * Gives the request another path, built from the parameters that the operation's template matched. Query parameters that
 * the template doesn't name go along unless `copy-unmatched-params` says no.
 */
export const rewriteUri: Policy = {
  name: 'rewrite-uri',
  sections: ['inbound'],
  compile(element) {
    const template = element.text('template');
    const standard = element.build.settings.copyUnmatchedParams;
    const copyUnmatched = element.flag('copy-unmatched-params', standard);

    return (exchange) => {
      const { request } = exchange;
      const written = template.get(exchange);
      const filled = template.constant
        ? written.replace(/\{\*?([^{}]+)\}/g, (placeholder: string, name: string) => {
            const value = request.MatchedParameters.get(name);
            return value === undefined ? placeholder : encodeURIComponent(value).replaceAll('%2F', '/');
          })
        : written;
      const [path = '', query = ''] = split(filled);
      const rewritten = splitQuery(query);
      const named = new Set([...exchange.templateQuery, ...rewritten.map(([name]) => decodeQuery(name))]);
      const unmatched = copyUnmatched.get(exchange)
        ? splitQuery(request.queryString).filter(([name]) => !named.has(decodeQuery(name)))
        : [];
      request.path = path.startsWith('/') ? path : `/${path}`;
      request.queryString = joinQuery([...rewritten, ...unmatched]);
    };
  },
};

function split(uri: string): [path: string, query: string] {
  const question = uri.indexOf('?');
  return question === -1 ? [uri, ''] : [uri.slice(0, question), uri.slice(question)];
}
