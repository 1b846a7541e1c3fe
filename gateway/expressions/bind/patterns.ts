import { isInstance } from '../conversions.ts';
import { box, equal, unbox } from '../runtime/value.ts';
import { field, parts, type Syntax } from '../syntax.ts';
import type { NetType } from '../type.ts';
import { type Frame, isUntyped, nullType } from './bound.ts';
import { checkPossible } from './casts.ts';
import { convert } from './convert.ts';
import { bindExpression } from './expression.ts';
import type { Local, Scope } from './scope.ts';
import { bindType, typeOfName } from './types.ts';

export type Matches = (frame: Frame, value: unknown) => boolean;

export interface Pattern {
  readonly matches: Matches;
  /** The variable that a match gives a value. */
  readonly local?: Local;
}

/** A pattern of C# 7: a constant, `T name`, `var name` or `_`. The value has static type `type`. */
export function bindPattern(node: Syntax, type: NetType, scope: Scope): Pattern {
  switch (node.kind) {
    case 'constant_pattern':
      return { matches: constantPattern(parts(node)[0]!, type, scope) };
    case 'declaration_pattern':
      return declaration(node, type, scope);
    case 'var_pattern':
      return variable(node, type, scope);
    case 'type_pattern':
      return { matches: instance(bindType(parts(node)[0]!, scope), type, node, scope) };
    case 'discard':
      return { matches: () => true };
    default:
      return scope.fail(node, `pattern '${node.text}' needs a newer C#; policy expressions are C# 7`);
  }
}

function constantPattern(node: Syntax, type: NetType, scope: Scope): Matches {
  const named = ['identifier', 'member_access_expression'].includes(node.kind) ? typeOfName(node, scope) : undefined;
  if (named) return instance(named, type, node, scope);
  const bound = bindExpression(node, scope);
  if (!bound.constant) return scope.fail(node, `'${node.text}' is not a constant`);
  if (bound.type === nullType) return (_frame, value) => value === null;
  const wanted = type.name === 'object' || isUntyped(type) ? bound : convert(bound, type, scope);
  const constant = box(wanted.type, wanted.constant!.value);
  return (_frame, value) => equal(box(type, value), constant);
}

function instance(wanted: NetType, type: NetType, node: Syntax, scope: Scope): Matches {
  checkPossible({ type, node, run: () => null }, wanted, node, scope);
  return (_frame, value) => isInstance(box(type, value), wanted);
}

function declaration(node: Syntax, type: NetType, scope: Scope): Pattern {
  const written = field(node, 'type');
  if (written.kind === 'implicit_type') return variable(node, type, scope);
  const wanted = bindType(written, scope);
  const test = instance(wanted, type, node, scope);
  const name = node.fields.get('name');
  if (!name) return { matches: test };
  const local = scope.declare(name, name.text, wanted);
  const { slot } = local;
  const matches: Matches = (frame, value) => {
    if (!test(frame, value)) return false;
    const object = box(type, value);
    frame.cells[slot]!.v = wanted.isReference ? object : unbox(object);
    return true;
  };
  return { matches, local };
}

function variable(node: Syntax, type: NetType, scope: Scope): Pattern {
  const name = node.fields.get('name');
  if (!name) return { matches: () => true };
  const local = scope.declare(name, name.text, type);
  const { slot } = local;
  const matches: Matches = (frame, value) => {
    frame.cells[slot]!.v = value;
    return true;
  };
  return { matches, local };
}
