import { decodeQuery, joinQuery, splitQuery } from '../execution/url.ts';
import type { Policy } from '../compile/policy.ts';

/** Changes one parameter of the query that the backend gets; the others stay as the caller wrote them. */
export const setQueryParameter: Policy = {
  name: 'set-query-parameter',
  sections: ['inbound', 'backend'],
  compile(element) {
    const name = element.text('name');
    const action = element.choice('exists-action', ['override', 'skip', 'append', 'delete'], 'override');
    const values = element.children('value').map((value) => value.content());
    if (values.length === 0 && action.constant && action.constant.value !== 'delete')
      element.refuse('set-query-parameter: a value is missing');

    return (exchange) => {
      const { request } = exchange;
      const wanted = name.get(exchange);
      const exists = action.get(exchange);
      const pairs = splitQuery(request.queryString);
      const others = pairs.filter(([raw]) => decodeQuery(raw) !== wanted);
      if (exists === 'skip' && others.length < pairs.length) return;
      const added =
        exists === 'delete'
          ? []
          : values.map((value): [string, string] => [
              encodeURIComponent(wanted),
              encodeURIComponent(value.get(exchange)),
            ]);
      request.queryString = joinQuery([...(exists === 'append' ? pairs : others), ...added]);
    };
  },
};
