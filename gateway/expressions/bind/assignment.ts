import { explicitConversion } from '../conversions.ts';
import { nonNull } from '../runtime/value.ts';
import { field, parts, type Syntax } from '../syntax.ts';
import type { NetType } from '../type.ts';
import { binary } from './binary.ts';
import type { Bound, Frame, Run } from './bound.ts';
import { directCall, isWritable } from './callable.ts';
import { applied, convert, converted } from './convert.ts';
import { bindExpression } from './expression.ts';
import { instanceMembers } from './lookup.ts';
import { assign as setAssigned } from './flow.ts';
import { elementPlace } from './members.ts';
import type { Scope } from './scope.ts';

/** Something that can be assigned: a variable, a property, an element. */
export interface Place {
  readonly type: NetType;
  readonly node: Syntax;
  /** Evaluates what stands before the dot or in the brackets, once. */
  at(frame: Frame): { get(): unknown; set(value: unknown): void };
}

/** `isWholly` says that the place gets a value without its old one being read. */
export function bindPlace(node: Syntax, scope: Scope, isWholly = false): Place {
  switch (node.kind) {
    case 'identifier':
      return variable(node, scope, isWholly);
    case 'parenthesized_expression':
      return bindPlace(parts(node)[0]!, scope, isWholly);
    case 'member_access_expression':
      return property(node, scope);
    case 'element_access_expression':
      return element(node, scope);
    default:
      return scope.fail(node, `'${node.text}' cannot be assigned`);
  }
}

function variable(node: Syntax, scope: Scope, isWholly: boolean): Place {
  const local = scope.lookup(node.text);
  if (!local) return scope.fail(node, `the name '${node.text}' does not exist here, or cannot be assigned`);
  if (local.isReadOnly || local.signature) scope.fail(node, `'${node.text}' cannot be assigned`);
  if (isWholly) setAssigned(scope, local);
  else if (scope.unit.unassigned.has(local)) scope.fail(node, `variable '${node.text}' is used before it has a value`);
  const slot = scope.body.slotOf(local);
  return {
    type: local.type,
    node,
    at(frame) {
      const cell = frame.cells[slot]!;
      return { get: () => cell.v, set: (value) => void (cell.v = value) };
    },
  };
}

function property(node: Syntax, scope: Scope): Place {
  const name = field(node, 'name').text;
  const receiver = bindExpression(field(node, 'expression'), scope);
  return propertyOf(receiver, name, node, scope);
}

/** A property that can be set, of a receiver that is bound already. */
export function propertyOf(receiver: Bound, name: string, node: Syntax, scope: Scope): Place {
  const [found] = instanceMembers(receiver.type, 'property', name)[0] ?? [];
  if (!found || !isWritable(found.member))
    return scope.fail(node, `'${receiver.type.name}.${name}' cannot be assigned`);
  const get = directCall(found.member, found.scope)!;
  const set = directCall(found.member, found.scope, 'set')!;
  return {
    type: found.member.returns.substitute(found.scope),
    node,
    at(frame) {
      const target = nonNull(receiver.run(frame));
      return { get: () => get(target), set: (value) => void set(target, value) };
    },
  };
}

function element(node: Syntax, scope: Scope): Place {
  return elementOf(bindExpression(field(node, 'expression'), scope), field(node, 'subscript'), node, scope);
}

export function elementOf(receiver: Bound, subscript: Syntax, node: Syntax, scope: Scope): Place {
  const place = elementPlace(receiver, subscript, node, scope);
  if (!isWritable(place.method.member)) scope.fail(node, `the elements of '${receiver.type.name}' cannot be assigned`);
  const { get } = place;
  const set = directCall(place.method.member, place.method.scope, 'set')!;
  return {
    type: place.type,
    node,
    at(frame) {
      const target = nonNull(receiver.run(frame));
      const index = place.arguments.map((run) => run(frame));
      return { get: () => get(target, ...index), set: (value) => void set(target, ...index, value) };
    },
  };
}

/** `place = value` and the compound forms. */
export function bindAssignment(node: Syntax, scope: Scope): Bound {
  const operator = field(node, 'operator').text;
  if (operator === '??=' || operator === '>>>=')
    scope.fail(node, `operator '${operator}' needs a newer C#; policy expressions are C# 7`);
  const left = field(node, 'left');
  const right = bindExpression(field(node, 'right'), scope);
  if (operator === '=' && left.text === '_' && !scope.lookup('_')) return { ...right, node };
  const place = bindPlace(left, scope, operator === '=');
  return operator === '='
    ? assign(place, right, node, scope)
    : compound(operator.slice(0, -1), place, right, node, scope);
}

export function assign(place: Place, right: Bound, node: Syntax, scope: Scope): Bound {
  const { run: value } = convert(right, place.type, scope);
  const run: Run = (frame) => {
    const at = place.at(frame);
    const result = value(frame);
    at.set(result);
    return result;
  };
  return { type: place.type, node, run };
}

/** `x op= y` computes `(T)(x op y)` with x's place found once (C# language specification, 12.21.4). */
function compound(operator: string, place: Place, right: Bound, node: Syntax, scope: Scope): Bound {
  let current: unknown;
  const left: Bound = { type: place.type, node: place.node, run: () => current };
  const computed = binary(operator, left, right, node, scope);
  const explicit = explicitConversion(computed.type, place.type, scope.context.isChecked ?? false);
  const narrowed =
    converted(computed, place.type) ??
    (explicit && converted(right, place.type) ? applied(computed, place.type, explicit) : undefined);
  if (!narrowed)
    return scope.fail(node, `cannot implicitly convert type '${computed.type.name}' to '${place.type.name}'`);
  const run: Run = (frame) => {
    const at = place.at(frame);
    current = at.get();
    const result = narrowed.run(frame);
    at.set(result);
    return result;
  };
  return { type: place.type, node, run };
}
