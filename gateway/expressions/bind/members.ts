import { field, parts, type Syntax } from '../syntax.ts';
import { box, nonNull } from '../runtime/value.ts';
import { type NetType, nullableOf, typeNamed, withoutNullable } from '../type.ts';
import { bindArguments } from './arguments.ts';
import { type Bound, type Frame, type Method, methodGroupType, type Run, SHORT, voidType } from './bound.ts';
import { callableOf, constantOf, directCall } from './callable.ts';
import { bindExpression, bindLink } from './expression.ts';
import { extensions, instanceMembers, staticMembers } from './lookup.ts';
import { resolveOverload } from './overloads.ts';
import type { Scope } from './scope.ts';
import { bindType, typeOfName } from './types.ts';

const chainKinds = new Set([
  'member_access_expression',
  'invocation_expression',
  'element_access_expression',
  'conditional_access_expression',
]);

/** A name on its own: a variable, `context`, or a local function. */
export function bindIdentifier(node: Syntax, scope: Scope): Bound {
  const local = scope.lookup(node.text);
  if (local) {
    if (scope.unit.unassigned.has(local)) scope.fail(node, `variable '${node.text}' is used before it has a value`);
    const slot = scope.body.slotOf(local);
    return { type: local.type, node, run: (frame) => frame.cells[slot]!.v };
  }
  if (node.text === 'context') return { type: typeNamed('IProxyRequestContext'), node, run: (frame) => frame.context };
  return scope.fail(node, `the name '${node.text}' does not exist here`);
}

/** What stands before a dot or a bracket. */
export function bindReceiver(node: Syntax, scope: Scope): Bound {
  return chainKinds.has(node.kind) ? bindLink(node, scope) : bindExpression(node, scope);
}

/** `receiver.Name`, where the receiver is a value or a type. */
export function bindMemberAccess(node: Syntax, scope: Scope): Bound {
  const left = node.kind === 'qualified_name' ? field(node, 'qualifier') : field(node, 'expression');
  const name = field(node, 'name');
  const type = typeOfName(left, scope);
  return type ? staticMember(type, name, node, scope) : instanceMember(bindReceiver(left, scope), name, node, scope);
}

/** `receiver?.Name` and `receiver?[index]`: the chain ends with null where the receiver is null. */
export function bindConditionalAccess(node: Syntax, scope: Scope): Bound {
  const receiver = bindReceiver(field(node, 'condition'), scope);
  const link = parts(node)[1]!;
  const guarded = guard(receiver, scope);
  if (link.kind === 'member_binding_expression') return instanceMember(guarded, field(link, 'name'), node, scope);
  return element(guarded, link, node, scope);
}

function guard(receiver: Bound, scope: Scope): Bound {
  if (!receiver.type.isReference && !receiver.type.isNullable) {
    scope.fail(receiver.node, `operator '?' cannot be applied to operand of type '${receiver.type.name}'`);
  }
  const { run } = receiver;
  return {
    type: withoutNullable(receiver.type),
    node: receiver.node,
    shortable: true,
    run: (frame) => {
      const value = run(frame);
      return value === null ? SHORT : value;
    },
  };
}

/** Ends a `?.` chain: what was cut short is null. */
export function closeChain(bound: Bound, scope: Scope): Bound {
  const { run, node } = bound;
  if (bound.methods) scope.fail(node, `'${node.text}' is a method; call it`);
  const type = bound.type.isValue ? nullableOf(bound.type) : bound.type;
  return {
    type,
    node,
    run: (frame) => {
      const value = run(frame);
      return value === SHORT ? null : value;
    },
  };
}

/** A run that first gets the receiver, refusing null, and hands on the end of a `?.` chain. */
export function onReceiver(receiver: Bound, use: (value: unknown, frame: Frame) => unknown): Run {
  const { run, shortable, type } = receiver;
  const check = type.isReference;
  if (!shortable) return check ? (frame) => use(nonNull(run(frame)), frame) : (frame) => use(run(frame), frame);
  return (frame) => {
    const value = run(frame);
    if (value === SHORT) return SHORT;
    return use(check ? nonNull(value) : value, frame);
  };
}

function splitName(name: Syntax, scope: Scope): { text: string; typeArguments: NetType[] } {
  if (name.kind !== 'generic_name') return { text: name.text, typeArguments: [] };
  const [identifier, list] = parts(name);
  return { text: identifier!.text, typeArguments: parts(list!).map((arg) => bindType(arg, scope)) };
}

function instanceMember(receiver: Bound, name: Syntax, node: Syntax, scope: Scope): Bound {
  if (receiver.methods || receiver.lambda) scope.fail(node, `'${receiver.node.text}' has no members`);
  const { text, typeArguments } = splitName(name, scope);
  const shortable = receiver.shortable ? { shortable: true } : {};
  // With type arguments, C# looks for methods alone: `property.Value` and `property.Value<int>()` are two members.
  const [property] = typeArguments.length > 0 ? [] : (instanceMembers(receiver.type, 'property', text)[0] ?? []);
  if (property) {
    noteContextUse(receiver, text, scope);
    return {
      type: property.member.returns.substitute(property.scope),
      node,
      run: readProperty(receiver, property),
      ...shortable,
    };
  }
  const levels = instanceMembers(receiver.type, 'method', text);
  if (levels.length > 0 || extensions(text).length > 0) {
    return {
      type: methodGroupType,
      node,
      run: receiver.run,
      methods: { name: text, receiver, levels, typeArguments },
      ...shortable,
    };
  }
  return scope.fail(
    name,
    `'${receiver.type.name}' has no member '${text}' that the local gateway supports in expressions`,
  );
}

function readProperty(receiver: Bound, property: Method): Run {
  const direct = directCall(property.member, property.scope);
  if (direct) return onReceiver(receiver, (value) => direct(value));
  const call = callableOf(property.member, property.scope);
  return onReceiver(receiver, (value, frame) => call(frame, [value]));
}

/** Remembers which bodies an expression reads, so that only those are buffered. */
function noteContextUse(receiver: Bound, property: string, scope: Scope): void {
  const { name } = receiver.type;
  if (name === 'IRequest' && property === 'Body') scope.unit.readsRequestBody = true;
  if (name === 'IResponse' && property === 'Body') scope.unit.usesResponseBody = true;
  if (name === 'IProxyRequestContext' && property === 'Response') scope.unit.usesResponse = true;
}

function staticMember(type: NetType, name: Syntax, node: Syntax, scope: Scope): Bound {
  const { text, typeArguments } = splitName(name, scope);
  const value = type.definition.values?.[text];
  if (value !== undefined) return { type, node, run: () => value, constant: { value } };
  const [property] = staticMembers(type, 'property', text)[0] ?? [];
  if (property) {
    const returns = property.member.returns.substitute(property.scope);
    const known = constantOf(property.member);
    if (known) return { type: returns, node, run: () => known.value, constant: known };
    const direct = directCall(property.member, property.scope);
    const call = callableOf(property.member, property.scope);
    return { type: returns, node, run: direct ? () => direct() : (frame) => call(frame, []) };
  }
  const levels = staticMembers(type, 'method', text);
  if (levels.length === 0)
    scope.fail(name, `'${type.name}' has no static member '${text}' that the local gateway supports in expressions`);
  return {
    type: methodGroupType,
    node,
    run: () => null,
    methods: { name: text, receiver: undefined, levels, typeArguments },
  };
}

/** `receiver[arguments]`. */
export function bindElementAccess(node: Syntax, scope: Scope): Bound {
  return element(bindReceiver(field(node, 'expression'), scope), field(node, 'subscript'), node, scope);
}

function element(receiver: Bound, subscript: Syntax, node: Syntax, scope: Scope): Bound {
  const place = elementPlace(receiver, subscript, node, scope);
  const { get, arguments: runs } = place;
  const shortable = receiver.shortable ? { shortable: true } : {};
  const [only, second] = runs;
  const read: Run =
    only && !second
      ? onReceiver(receiver, (value, frame) => get(value, only(frame)))
      : onReceiver(receiver, (value, frame) => get(value, ...runs.map((run) => run(frame))));
  return { type: place.type, node, run: read, ...shortable };
}

export interface ElementPlace {
  readonly type: NetType;
  readonly arguments: readonly Run[];
  readonly get: (...args: unknown[]) => unknown;
  readonly method: Method;
}

export function elementPlace(receiver: Bound, subscript: Syntax, node: Syntax, scope: Scope): ElementPlace {
  const levels = instanceMembers(receiver.type, 'indexer', 'this');
  if (levels.length === 0) scope.fail(node, `'${receiver.type.name}' cannot be indexed with []`);
  const resolution = resolveOverload(
    levels,
    bindArguments(subscript, scope),
    [],
    scope,
    node,
    `the indexer of '${receiver.type.name}'`,
  );
  const get = directCall(resolution.method.member, resolution.scope)!;
  return { type: resolution.returns, arguments: resolution.runs, get, method: resolution.method };
}

/** The value as an `object`. */
export function boxed(bound: Bound, scope: Scope): Run {
  if (bound.type === voidType) scope.fail(bound.node, `'${bound.node.text}' has no value`);
  const { run, type } = bound;
  return (frame) => box(type, run(frame));
}
