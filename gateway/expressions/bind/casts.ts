import { canDowncast, explicitConversion, isInstance } from '../conversions.ts';
import { box, defaultOf, unbox } from '../runtime/value.ts';
import { NetTypeObject } from '../runtime/reflection.ts';
import { field, parts, type Syntax } from '../syntax.ts';
import { derives, type NetType, typeNamed, withoutNullable } from '../type.ts';
import { type Bound, defaultType, nullType } from './bound.ts';
import { applied, converted, describe } from './convert.ts';
import { bindExpression } from './expression.ts';
import { declareUnassigned } from './flow.ts';
import { bindPattern } from './patterns.ts';
import type { Scope } from './scope.ts';
import { bindType } from './types.ts';

/** `(T)value`. */
export function bindCast(node: Syntax, scope: Scope): Bound {
  const type = bindType(field(node, 'type'), scope);
  const value = bindExpression(field(node, 'value'), scope);
  const implicit = converted(value, type);
  if (implicit) return { ...implicit, node };
  if (!value.lambda && !value.methods) {
    const conversion = explicitConversion(value.type, type, scope.context.isChecked ?? false);
    if (conversion) return { ...applied({ ...value, node }, type, conversion) };
  }
  return scope.fail(node, `cannot convert type '${describe(value)}' to '${type.name}'`);
}

/** `value as T`: null where the value is no T. */
export function bindAs(node: Syntax, scope: Scope): Bound {
  const value = bindExpression(field(node, 'left'), scope);
  const type = bindType(field(node, 'right'), scope);
  if (!type.isReference && !type.isNullable) scope.fail(node, `'as' needs a type that can be null, not '${type.name}'`);
  checkPossible(value, type, node, scope);
  const { run } = value;
  return {
    type,
    node,
    run: (frame) => {
      const object = box(value.type, run(frame));
      if (!isInstance(object, type)) return null;
      return type.isNullable ? unbox(object) : object;
    },
  };
}

/** `value is T`. */
export function bindIs(node: Syntax, scope: Scope): Bound {
  const value = bindExpression(field(node, 'left'), scope);
  const type = bindType(field(node, 'right'), scope);
  checkPossible(value, type, node, scope);
  const { run } = value;
  return { type: typeNamed('bool'), node, run: (frame) => isInstance(box(value.type, run(frame)), type) };
}

/** C# refuses a test or `as` that can never succeed for lack of a conversion. */
export function checkPossible(value: Bound, type: NetType, node: Syntax, scope: Scope): void {
  if (value.type === nullType) return;
  const [from, to] = [withoutNullable(value.type), withoutNullable(type)];
  if (
    from === to ||
    canDowncast(from, to) ||
    (from.isReference && derives(to, from)) ||
    (to.isReference && derives(from, to))
  )
    return;
  if (from.isValue && to.isValue) return;
  scope.fail(node, `an expression of type '${describe(value)}' can never be a '${type.name}'`);
}

export function bindIsPattern(node: Syntax, scope: Scope): Bound {
  const value = bindExpression(field(node, 'expression'), scope);
  const { matches, local } = bindPattern(field(node, 'pattern'), value.type, scope);
  const { run } = value;
  const whenTrue = scope.unit.unassigned;
  if (local) declareUnassigned(scope, local);
  const outcome = { whenTrue, whenFalse: scope.unit.unassigned };
  return { type: typeNamed('bool'), node, run: (frame) => matches(frame, run(frame)), outcome };
}

export function bindDefault(node: Syntax, scope: Scope): Bound {
  const written = node.fields.get('type');
  if (!written) return { type: defaultType, node, run: () => null };
  const type = bindType(written, scope);
  const value = defaultOf(type);
  return { type, node, run: () => value };
}

export function bindTypeOf(node: Syntax, scope: Scope): Bound {
  const value = new NetTypeObject(bindType(parts(node)[0]!, scope));
  return { type: typeNamed('Type'), node, run: () => value };
}
