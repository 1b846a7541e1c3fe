import { formatItem } from '../runtime/composite-format.ts';
import { box } from '../runtime/value.ts';
import { parts, type Syntax } from '../syntax.ts';
import { typeNamed } from '../type.ts';
import type { Bound, Run } from './bound.ts';
import { asText } from './convert.ts';
import { bindExpression } from './expression.ts';
import { unescape } from './literals.ts';
import type { Scope } from './scope.ts';

/** `$"…{value,alignment:format}…"`, verbatim or not. */
export function bindInterpolation(node: Syntax, scope: Scope): Bound {
  const start = node.children[0]!.text;
  if (start.includes('$$') || node.text.startsWith('$"""'))
    scope.fail(node, 'a raw string needs a newer C#; policy expressions are C# 7');
  const isVerbatim = start.includes('@');
  const pieces = parts(node)
    .filter((part) => part.kind !== 'interpolation_start')
    .map((part) => (part.kind === 'interpolation' ? hole(part, scope) : literal(part, isVerbatim)));
  const run: Run = (frame) => {
    let text = '';
    for (const piece of pieces) text += piece(frame) as string;
    return text;
  };
  return { type: typeNamed('string'), node, run };
}

function literal(part: Syntax, isVerbatim: boolean): Run {
  const braces = part.text.replaceAll('{{', '{').replaceAll('}}', '}');
  const text = isVerbatim ? braces.replaceAll('""', '"') : part.kind === 'escape_sequence' ? unescape(braces) : braces;
  return () => text;
}

function hole(part: Syntax, scope: Scope): Run {
  const [value, ...clauses] = parts(part).filter(({ kind }) => kind !== 'interpolation_brace');
  const alignment = clauses.find(({ kind }) => kind === 'interpolation_alignment_clause');
  const format = clauses.find(({ kind }) => kind === 'interpolation_format_clause')?.text.slice(1);
  const bound = bindExpression(value!, scope);
  if (!alignment && format === undefined) return asText(bound, scope);
  const width = alignment ? constantWidth(parts(alignment)[0]!, scope) : 0;
  const { type, run } = bound;
  return (frame) => formatItem(box(type, run(frame)), width, format ?? null);
}

function constantWidth(node: Syntax, scope: Scope): number {
  const { constant } = bindExpression(node, scope);
  return typeof constant?.value === 'number'
    ? constant.value
    : scope.fail(node, 'the alignment must be a constant number');
}
