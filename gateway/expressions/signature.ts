import { type Definition, type Implementation, type NetType, typeNamed, typeParameter } from './type.ts';

export interface Parameter {
  readonly name: string;
  readonly type: NetType;
  readonly mode: 'value' | 'out' | 'params';
  /** What an omitted argument stands for. */
  readonly fallback?: { readonly value: unknown };
}

export interface Member {
  readonly kind: 'method' | 'property' | 'indexer' | 'constructor' | 'operator';
  /** The method's or property's name; an operator's sign, or `implicit` and `explicit`. */
  readonly name: string;
  readonly isStatic: boolean;
  /** A static method whose first parameter is written before the dot. */
  readonly isExtension: boolean;
  readonly generics: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly returns: NetType;
  readonly implementation: Implementation;
  readonly owner: Definition;
}

const membersOf = new WeakMap<Definition, readonly Member[]>();

/** The members of a type as its table declares them, with the type's own parameters still open. */
export function members(definition: Definition): readonly Member[] {
  let found = membersOf.get(definition);
  if (!found) {
    found = Object.entries(definition.members ?? {}).map(([text, does]) => readSignature(text, does, definition));
    membersOf.set(definition, found);
  }
  return found;
}

/**
 * Reads one declaration, written as in C#: `static string Join<T>(string separator, IEnumerable<T> values)`,
 * `int Length`, `char this[int index]`, `Uri(string uriString)`, `static DateTime operator +(DateTime d, TimeSpan t)`.
 */
export function readSignature(text: string, implementation: Implementation, owner: Definition): Member {
  const isStatic = text.startsWith('static ');
  const rest = isStatic ? text.slice('static '.length) : text;
  const open = parameterList(rest);
  const head = open === -1 ? rest : rest.slice(0, open);
  const { kind, name, returns, generics } = readHead(head, owner);
  const scope = scopeOf([...(owner.parameters ?? []), ...generics]);
  const list = open === -1 ? '' : rest.slice(open + 1, -1);
  const written = splitList(list);
  return {
    kind: open === -1 ? 'property' : kind,
    name,
    isStatic,
    isExtension: isStatic && (written[0]?.startsWith('this ') ?? false),
    generics,
    parameters: written.map((parameter) => readParameter(parameter, scope)),
    returns: typeNamed(returns, scope),
    implementation,
    owner,
  };
}

function scopeOf(names: readonly string[]): Map<string, NetType> {
  return new Map(names.map((name) => [name, typeParameter(name)]));
}

function parameterList(text: string): number {
  return text.search(/[([](?!\])/);
}

function readHead(head: string, owner: Definition): Pick<Member, 'kind' | 'name' | 'generics'> & { returns: string } {
  const conversion = /^(implicit|explicit) operator (.+)$/.exec(head);
  if (conversion) return { kind: 'operator', name: conversion[1]!, returns: conversion[2]!, generics: [] };
  const operator = /^(.+) operator (\S+)$/.exec(head);
  if (operator) return { kind: 'operator', name: operator[2]!, returns: operator[1]!, generics: [] };
  const indexer = /^(.+) this$/.exec(head);
  if (indexer) return { kind: 'indexer', name: 'this', returns: indexer[1]!, generics: [] };
  if (head === owner.name || head === owner.clrName) {
    const own = owner.parameters ? `${owner.name}<${owner.parameters.join(', ')}>` : owner.name;
    return { kind: 'constructor', name: head, returns: own, generics: [] };
  }
  const plain = /^(.+) (\w+)(?:<([\w, ]+)>)?$/.exec(head);
  if (!plain) throw new Error(`'${head}' is not a declaration`);
  return { kind: 'method', name: plain[2]!, returns: plain[1]!, generics: plain[3]?.split(/, */) ?? [] };
}

function readParameter(text: string, scope: ReadonlyMap<string, NetType>): Parameter {
  const found = /^(?:(this|params|out) )?(.+?) (\w+)(?: = (.+))?$/.exec(text);
  if (!found) throw new Error(`'${text}' is not a parameter`);
  const [, modifier, type, name, fallback] = found;
  return {
    name: name!,
    type: typeNamed(type!, scope),
    mode: modifier === 'out' || modifier === 'params' ? modifier : 'value',
    ...(fallback !== undefined && { fallback: { value: JSON.parse(fallback) as unknown } }),
  };
}

/** Splits at the commas that stand outside angle brackets. */
function splitList(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    if (text[i] === '<') depth++;
    else if (text[i] === '>') depth--;
    else if (i === text.length || (text[i] === ',' && depth === 0)) {
      const part = text.slice(start, i).trim();
      if (part !== '') found.push(part);
      start = i + 1;
    }
  }
  return found;
}
