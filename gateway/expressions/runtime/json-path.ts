import { NetException } from '../exceptions.ts';
import { JArray, JContainer, JObject, JProperty, type JToken } from './json.ts';

type Step = (tokens: Iterable<JToken>) => Iterable<JToken>;

/** SelectTokens: JSONPath with names, indexes, slices, unions, wildcards and `..`. Filters are refused. */
export function selectTokens(root: JToken, path: string): JToken[] {
  let tokens: Iterable<JToken> = [root];
  for (const step of stepsOf(path)) tokens = step(tokens);
  return [...tokens];
}

/** SelectToken: the first, or null. Throws where the path gives several. */
export function selectToken(root: JToken, path: string, errorWhenNoMatch = false): JToken | null {
  const found = selectTokens(root, path);
  if (found.length > 1) throw new NetException('JsonException', 'Path returned multiple tokens.');
  if (found.length === 0 && errorWhenNoMatch)
    throw new NetException('JsonException', `Path '${path}' returned no token.`);
  return found[0] ?? null;
}

function stepsOf(path: string): Step[] {
  const steps: Step[] = [];
  let rest = path.startsWith('$') ? path.slice(1) : path;
  while (rest !== '') {
    const found = /^(\.\.)?(?:\.?(\*|[^.[\]]+)|\[([^[\]]*(?:'(?:[^'\\]|\\.)*'[^[\]]*)*)\])/.exec(rest);
    if (!found) throw new NetException('JsonException', `Unexpected character while parsing path: ${rest[0]}`);
    const [whole, deep, name, brackets] = found;
    if (deep) steps.push(everything);
    steps.push(name !== undefined ? byName(name) : inBrackets(brackets!.trim()));
    rest = rest.slice(whole.length);
  }
  return steps;
}

/** The tokens and all below them, properties left out. */
function* everything(tokens: Iterable<JToken>): Iterable<JToken> {
  for (const token of tokens) {
    yield token;
    if (!(token instanceof JContainer)) continue;
    for (const below of token.descendants()) if (!(below instanceof JProperty)) yield below;
  }
}

function byName(name: string): Step {
  return function* (tokens) {
    for (const token of tokens) {
      if (name === '*') yield* valuesOf(token);
      else if (token instanceof JObject) {
        const value = token.get(name);
        if (value) yield value;
      }
    }
  };
}

function valuesOf(token: JToken): Iterable<JToken> {
  if (token instanceof JObject) return token.children.map((property) => property.value);
  return token instanceof JArray ? [...token.items] : [];
}

function inBrackets(text: string): Step {
  if (text === '*') return byName('*');
  if (text.startsWith('?'))
    throw new NetException('NotSupportedException', 'Filters in a JSON path are not supported by the local gateway.');
  const names = text.match(/'(?:[^'\\]|\\.)*'/g);
  if (names) return union(names.map((name) => byName(name.slice(1, -1).replace(/\\(.)/g, '$1'))));
  if (text.includes(':')) return slice(text);
  return union(text.split(',').map((index) => byIndex(index.trim())));
}

function union(steps: readonly Step[]): Step {
  return function* (tokens) {
    for (const token of tokens) for (const step of steps) yield* step([token]);
  };
}

function byIndex(text: string): Step {
  if (!/^-?\d+$/.test(text))
    throw new NetException('JsonException', `Unexpected character while parsing path indexer: ${text[0] ?? ']'}`);
  const index = Number(text);
  return function* (tokens) {
    for (const token of tokens) {
      const item = token instanceof JArray ? token.items[index] : undefined;
      if (item) yield item;
    }
  };
}

function slice(text: string): Step {
  const [start, end, step = 1] = text.split(':').map((part) => (part.trim() === '' ? undefined : Number(part)));
  return function* (tokens) {
    for (const token of tokens) {
      if (!(token instanceof JArray)) continue;
      const items = token.items.slice(start, end);
      for (let i = 0; i < items.length; i += Math.max(1, step)) yield items[i]!;
    }
  };
}
