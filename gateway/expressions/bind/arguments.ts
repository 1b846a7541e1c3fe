import { hasToken, parts, type Syntax } from '../syntax.ts';
import type { Run } from './bound.ts';
import { bindExpression } from './expression.ts';
import { assign } from './flow.ts';
import type { Argument } from './overloads.ts';
import type { Local, Scope } from './scope.ts';
import { bindType } from './types.ts';

/** The arguments of a call or an indexer. */
export function bindArguments(list: Syntax, scope: Scope): Argument[] {
  return parts(list).map((node) => bindArgument(node, scope));
}

function bindArgument(node: Syntax, scope: Scope): Argument {
  const name = node.fields.get('name');
  const value = parts(node).at(-1)!;
  const named = name && { name: name.text };
  if (hasToken(node, 'ref') || hasToken(node, 'in'))
    scope.fail(node, 'ref and in arguments are not supported by the local gateway');
  if (!hasToken(node, 'out')) return { node, bound: bindExpression(value, scope), ...named };
  return { node, out: outArgument(value, scope), ...named };
}

function outArgument(value: Syntax, scope: Scope): NonNullable<Argument['out']> {
  if (value.kind === 'declaration_expression') {
    const typeNode = value.fields.get('type')!;
    const name = value.fields.get('name')!;
    const type = typeNode.kind === 'implicit_type' ? undefined : bindType(typeNode, scope);
    return { type, cell: (inferred) => cellOf(scope.declare(name, name.text, inferred), scope) };
  }
  if (value.kind === 'identifier') {
    const local = scope.lookup(value.text);
    if (local) {
      assign(scope, local);
      if (local.isReadOnly) scope.fail(value, `'${value.text}' cannot be assigned`);
      return { type: local.type, cell: () => cellOf(local, scope) };
    }
    if (value.text === '_') return { type: undefined, cell: () => () => ({ v: undefined }) };
  }
  return scope.fail(value, `'${value.text}' cannot be an out argument: it is not a variable`);
}

function cellOf(local: Local, scope: Scope): Run {
  const slot = scope.body.slotOf(local);
  return (frame) => frame.cells[slot];
}
