import { anonymousType, AnonymousObject } from '../runtime/anonymous.ts';
import { defaultOf, netArray, repeated } from '../runtime/value.ts';
import { NetException } from '../exceptions.ts';
import { field, parts, type Syntax } from '../syntax.ts';
import { arrayOf, type NetType, typeNamed } from '../type.ts';
import { bindArguments } from './arguments.ts';
import { assign, elementOf, propertyOf } from './assignment.ts';
import { type Bound, type Frame, isUntyped, type Run } from './bound.ts';
import { callableOf } from './callable.ts';
import { commonType, convert } from './convert.ts';
import { bindExpression } from './expression.ts';
import { constructors, instanceMembers } from './lookup.ts';
import { resolveOverload } from './overloads.ts';
import type { Scope } from './scope.ts';
import { bindType } from './types.ts';

/** `new T(…) { … }`. */
export function bindNew(node: Syntax, scope: Scope): Bound {
  const type = bindType(field(node, 'type'), scope);
  const candidates = constructors(type);
  if (candidates.length === 0 && !(type.isValue && !node.fields.get('arguments'))) {
    scope.fail(node, `'${type.name}' cannot be created with new in expressions`);
  }
  const list = node.fields.get('arguments');
  const args = list ? bindArguments(list, scope) : [];
  const {
    method,
    runs,
    scope: types,
  } = resolveOverload([candidates], args, [], scope, node, `the constructor of '${type.name}'`);
  const call = callableOf(method.member, types);
  const create: Run = (frame) =>
    call(
      frame,
      runs.map((run) => run(frame)),
    );
  const written = node.fields.get('initializer');
  if (!written) return { type, node, run: create };
  const fill = bindInitializer(written, type, scope);
  return {
    type,
    node,
    run: (frame) => {
      const object = create(frame);
      fill(frame, object);
      return object;
    },
  };
}

type Fill = (frame: Frame, object: unknown) => void;

/** `{ Property = value, ["key"] = value, element, { key, value } }` on a new object. */
function bindInitializer(node: Syntax, type: NetType, scope: Scope): Fill {
  let target: unknown;
  const receiver: Bound = { type, node, run: () => target };
  const steps = parts(node).map((part) => initializerStep(part, receiver, scope));
  return (frame, object) => {
    for (const step of steps) {
      target = object;
      step(frame);
    }
  };
}

function initializerStep(part: Syntax, receiver: Bound, scope: Scope): Run {
  if (part.kind !== 'assignment_expression') {
    const elements = part.kind === 'initializer_expression' ? parts(part) : [part];
    return addTo(receiver, elements, part, scope);
  }
  const left = field(part, 'left');
  const place =
    left.kind === 'element_binding_expression'
      ? elementOf(receiver, left, part, scope)
      : propertyOf(receiver, left.text, part, scope);
  return assign(place, bindExpression(field(part, 'right'), scope), part, scope).run;
}

function addTo(receiver: Bound, elements: readonly Syntax[], node: Syntax, scope: Scope): Run {
  const levels = instanceMembers(receiver.type, 'method', 'Add');
  if (levels.length === 0)
    scope.fail(node, `'${receiver.type.name}' takes no elements in braces: it has no method Add`);
  const args = elements.map((element) => ({ node: element, bound: bindExpression(element, scope) }));
  const { method, runs, scope: types } = resolveOverload(levels, args, [], scope, node, `'${receiver.type.name}.Add'`);
  const call = callableOf(method.member, types);
  return (frame) => call(frame, [receiver.run(frame), ...runs.map((run) => run(frame))]);
}

/** `new T[n]`, `new T[] { … }`. */
export function bindArray(node: Syntax, scope: Scope): Bound {
  const type = bindType(field(node, 'type'), scope);
  const element = type.args[0]!;
  const size = parts(field(field(node, 'type'), 'rank'))[0];
  const values = node.children.find((child) => child.kind === 'initializer_expression');
  if (values) return arrayFrom(values, element, node, scope);
  if (!size) return scope.fail(node, 'an array needs a size or its elements in braces');
  const length = convert(bindExpression(size, scope), typeNamed('int'), scope).run;
  const initial = defaultOf(element);
  const run: Run = (frame) => {
    const count = length(frame) as number;
    if (count < 0) throw new NetException('OverflowException', 'Arithmetic operation resulted in an overflow.');
    return repeated(element, count, initial);
  };
  return { type, node, run };
}

/** `{ a, b }` as an array, in `new T[] { … }` and in `T[] x = { … }`. */
export function arrayFrom(values: Syntax, element: NetType, node: Syntax, scope: Scope): Bound {
  const runs = parts(values).map((value) => convert(bindExpression(value, scope), element, scope).run);
  return {
    type: arrayOf(element),
    node,
    run: (frame) =>
      netArray(
        element,
        runs.map((run) => run(frame)),
      ),
  };
}

/** `new[] { … }`: the elements' best common type. */
export function bindImplicitArray(node: Syntax, scope: Scope): Bound {
  const values = node.children.find((child) => child.kind === 'initializer_expression')!;
  const bounds = parts(values).map((value) => bindExpression(value, scope));
  const element = commonType(bounds);
  if (!element) return scope.fail(node, 'the elements of the array have no common type');
  const runs = bounds.map((bound) => convert(bound, element, scope).run);
  return {
    type: arrayOf(element),
    node,
    run: (frame) =>
      netArray(
        element,
        runs.map((run) => run(frame)),
      ),
  };
}

/** `new { Name = value, other.Name }`. */
export function bindAnonymousObject(node: Syntax, scope: Scope): Bound {
  const members: { name: string; bound: Bound }[] = [];
  const children = node.children.filter((child) => child.named || child.kind === '=');
  for (let i = 0; i < children.length; i++) {
    const child = children[i]!;
    const isNamed = children[i + 1]?.kind === '=';
    const value = isNamed ? children[i + 2]! : child;
    const name = isNamed ? child.text : /(\w+)\s*$/.exec(child.text)?.[1];
    if (isNamed) i += 2;
    if (!name) return scope.fail(child, 'a member of an anonymous object needs a name');
    const bound = bindExpression(value, scope);
    if (isUntyped(bound.type)) scope.fail(value, `'${value.text}' gives member '${name}' no type`);
    members.push({ name, bound });
  }
  const type = anonymousType(members.map(({ name, bound }) => [name, bound.type]));
  const runs = members.map(({ bound }) => bound.run);
  return {
    type,
    node,
    run: (frame) =>
      new AnonymousObject(
        type,
        runs.map((run) => run(frame)),
      ),
  };
}
