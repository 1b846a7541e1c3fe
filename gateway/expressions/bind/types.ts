import { allDefinitions, arrayOf, construct, definitionNamed, type NetType, nullableOf } from '../type.ts';
import { field, parts, type Syntax } from '../syntax.ts';
import type { Scope } from './scope.ts';
import { notSupported } from '../unsupported.ts';

/** The type that a piece of source names. Fails for types that expressions may not use or that are not supported here. */
export function bindType(node: Syntax, scope: Scope): NetType {
  switch (node.kind) {
    case 'qualified_name':
      if (field(node, 'name').kind === 'generic_name') {
        return genericType(field(node, 'name'), `${field(node, 'qualifier').text.replace(/\s/g, '')}.`, scope);
      }
      return namedType(node.text.replace(/\s/g, ''), 0, node, scope);
    case 'predefined_type':
    case 'identifier':
    case 'member_access_expression':
    case 'alias_qualified_name':
      return namedType(node.text.replace(/\s/g, ''), 0, node, scope);
    case 'generic_name':
      return genericType(node, '', scope);
    case 'nullable_type': {
      const inner = bindType(field(node, 'type'), scope);
      if (!inner.isValue) scope.fail(node, `'${inner.name}' can be null already`);
      return nullableOf(inner);
    }
    case 'array_type': {
      const rank = field(node, 'rank');
      if (rank.children.some((child) => child.kind === ','))
        scope.fail(node, 'arrays of several dimensions are not supported');
      return arrayOf(bindType(field(node, 'type'), scope));
    }
    default:
      return scope.fail(node, `'${node.text}' is not a type that expressions may use`);
  }
}

function genericType(node: Syntax, namespace: string, scope: Scope): NetType {
  const [identifier, list] = parts(node);
  const args = parts(list!).map((arg) => bindType(arg, scope));
  const name = namespace + identifier!.text;
  namedDefinition(name, args.length, node, scope);
  return construct(definitionNamed(name, args.length)!, args);
}

function namedType(name: string, arity: number, node: Syntax, scope: Scope): NetType {
  namedDefinition(name, arity, node, scope);
  return construct(definitionNamed(name, arity)!);
}

function namedDefinition(name: string, arity: number, node: Syntax, scope: Scope): void {
  if (definitionNamed(name, arity)) return;
  if (name === 'dynamic') scope.fail(node, 'type dynamic is not supported by the local gateway');
  const short = name.slice(name.lastIndexOf('.') + 1);
  if (notSupported.has(short)) scope.fail(node, `type ${name} is not supported by the local gateway`);
  if ([...allDefinitions()].some((definition) => definition.name === name))
    scope.fail(node, `type ${name} takes another number of type arguments`);
  scope.fail(node, `'${name}' is not a type that policy expressions may use`);
}

/** The type that a name before a dot stands for, such as `Convert` or `System.Convert`; undefined for other names. */
export function typeOfName(node: Syntax, scope: Scope): NetType | undefined {
  if (node.kind === 'predefined_type' || node.kind === 'generic_name') return bindType(node, scope);
  if (!['identifier', 'qualified_name', 'member_access_expression'].includes(node.kind)) return undefined;
  const name = node.text.replace(/\s/g, '');
  if (!/^[\w.]+$/.test(name)) return undefined;
  const first = name.split('.', 1)[0]!;
  if (first === 'context' || scope.lookup(first)) return undefined;
  const definition = definitionNamed(name);
  if (definition) return construct(definition);
  if (notSupported.has(name.slice(name.lastIndexOf('.') + 1)))
    scope.fail(node, `type ${name} is not supported by the local gateway`);
  return undefined;
}
