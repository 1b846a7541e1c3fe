import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

type Values = Readonly<Record<string, unknown>>;

/**
 * The objects of a local chart, for the part of Helm's language that our charts use: values, the release's namespace,
 * `quote`, `if` and `else`.
 * @throws Error for anything else in braces
 */
export async function render(chart: string, given: Values, namespace: string): Promise<Record<string, unknown>[]> {
  const values = { ...(parse(await readFile(join(chart, 'values.yaml'), 'utf8')) as Values), ...given };
  const names = (await readdir(join(chart, 'templates'))).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(chart, 'templates', name), 'utf8')));
  return texts.map((text) => parse(filled(chosen(text, values), values, namespace)) as Record<string, unknown>);
}

function chosen(text: string, values: Values): string {
  return text.replace(
    /\{\{- if (\.Values[\w.]+) \}\}\n([^]*?)\{\{- else \}\}\n([^]*?)\{\{- end \}\}/g,
    (_, condition: string, yes: string, no: string) => (lookUp(condition, values) ? yes : no),
  );
}

function filled(text: string, values: Values, namespace: string): string {
  return text.replace(/\{[\s]*\{([^}]*)\}[\s]*\}/g, (whole, inside: string) => {
    const [, path, quote] = /^ (\.Values[\w.]+|\.Release\.Namespace)( \| quote)? $/.exec(inside) ?? [];
    if (path === undefined || !whole.startsWith('{{')) throw new Error(`Helm would not understand ${whole}`);
    const value = path === '.Release.Namespace' ? namespace : lookUp(path, values);
    return quote === undefined ? String(value) : JSON.stringify(value);
  });
}

function lookUp(path: string, values: Values): unknown {
  const [, , ...keys] = path.split('.');
  return keys.reduce<unknown>((here, key) => (here as Values | undefined)?.[key], values);
}
