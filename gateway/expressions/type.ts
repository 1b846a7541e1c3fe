/**
 * The .NET types that expressions are checked against. A type is a definition (`List`) applied to arguments (`string`);
 * equal types are one object, so they compare with `===`.
 */
export class NetType {
  readonly definition: Definition;
  readonly args: readonly NetType[];
  /** As C# writes it: `List<string>`, `int?`, `byte[]`. */
  readonly name: string;
  #ancestors: readonly NetType[] | undefined;

  constructor(definition: Definition, args: readonly NetType[]) {
    this.definition = definition;
    this.args = args;
    this.name = displayName(definition, args);
  }

  get isReference(): boolean {
    return (
      this.definition.kind === 'class' || this.definition.kind === 'interface' || this.definition.kind === 'delegate'
    );
  }

  /** A struct or an enum; `T?` is neither this nor a reference. */
  get isValue(): boolean {
    return (this.definition.kind === 'struct' && !this.isNullable) || this.definition.kind === 'enum';
  }

  get isNullable(): boolean {
    return this.definition.name === 'Nullable';
  }

  get isArray(): boolean {
    return this.definition.name === 'Array' && this.args.length === 1;
  }

  /** As .NET's own messages name it: `System.Collections.Generic.List`1[System.String]`. */
  get fullName(): string {
    if (this.isArray) return `${this.args[0]!.fullName}[]`;
    const { namespace, clrName, name } = this.definition;
    const plain = `${namespace ? `${namespace}.` : ''}${clrName ?? name}`;
    return this.args.length === 0
      ? plain
      : `${plain}\`${this.args.length}[${this.args.map((arg) => arg.fullName).join(',')}]`;
  }

  /** The type itself, its base classes and all its interfaces, nearest first. */
  get ancestors(): readonly NetType[] {
    if (this.#ancestors) return this.#ancestors;
    const found: NetType[] = [this];
    const { base, interfaces = [], parameters = [] } = this.definition;
    const scope = new Map(parameters.map((name, i) => [name, this.args[i]!]));
    for (const text of [...(base ? [base] : []), ...interfaces]) {
      for (const ancestor of typeNamed(text, scope).ancestors) if (!found.includes(ancestor)) found.push(ancestor);
    }
    return (this.#ancestors = found);
  }

  substitute(scope: ReadonlyMap<string, NetType>): NetType {
    if (this.definition.kind === 'parameter') return scope.get(this.definition.name) ?? this;
    if (this.args.length === 0) return this;
    return construct(
      this.definition,
      this.args.map((arg) => arg.substitute(scope)),
    );
  }

  /** Whether a type parameter is left in it. */
  get isOpen(): boolean {
    return this.definition.kind === 'parameter' || this.args.some((arg) => arg.isOpen);
  }
}

export type Kind = 'class' | 'struct' | 'interface' | 'enum' | 'static' | 'delegate' | 'parameter' | 'special';

/** One .NET type as the tables in `types/` describe it. */
export interface Definition {
  /** The C# name: the keyword where there is one (`string`, `int`). */
  readonly name: string;
  /** The name in .NET where it differs: `String` for `string`. */
  readonly clrName?: string;
  readonly namespace?: string;
  readonly kind: Kind;
  readonly parameters?: readonly string[];
  /** `object` unless said, for classes and structs. */
  readonly base?: string;
  readonly interfaces?: readonly string[];
  /** Signatures as C# declares them, each with what it does. */
  readonly members?: Readonly<Record<string, Implementation>>;
  /** The members of an enum and their numbers. */
  readonly values?: Readonly<Record<string, number>>;
  /** Interfaces under which a value is carried differently, and how to get there. */
  readonly views?: Readonly<Record<string, (value: never) => unknown>>;
  /** What `foreach` gives where the type is enumerable in several ways. */
  readonly enumerates?: string;
  /** What a variable of a struct holds before it is assigned. */
  readonly initial?: unknown;
}

/**
 * What a member does. Instance members get the receiver first, `out` parameters come as cells. A function alone is a
 * method or a property that can be read; `constant` is a `const` field; `TypedImplementation` and `AmbientImplementation` ask
 * for more.
 */
export type Implementation =
  Callable | { get: Callable; set: Callable } | { constant: unknown } | TypedImplementation | AmbientImplementation;

export type Callable = (...args: never[]) => unknown;

/** A member that depends on its type arguments: those of the type and of the method, by name. */
export interface TypedImplementation {
  readonly typed: (types: TypeArguments) => Callable;
}

export type TypeArguments = (name: string) => NetType;

/** A member that needs the request's context, which then comes before all other arguments. */
export interface AmbientImplementation {
  readonly ambient: Callable;
}

export function typed(implementation: (types: TypeArguments) => Callable): TypedImplementation {
  return { typed: implementation };
}

const definitions = new Map<string, Definition>();
const constructed = new Map<string, NetType>();

/** Makes a type known to expressions, by its C# and its .NET name. The tables in `types/` call it. */
export function define(definition: Definition): Definition {
  const arity = definition.parameters?.length ?? 0;
  for (const name of namesOf(definition)) definitions.set(`${name}/${arity}`, definition);
  return definition;
}

function namesOf(definition: Definition): string[] {
  const names = [definition.name, ...(definition.clrName ? [definition.clrName] : [])];
  const { namespace } = definition;
  return namespace ? [...names, ...names.map((name) => `${namespace}.${name}`)] : names;
}

export function definitionNamed(name: string, arity = 0): Definition | undefined {
  return definitions.get(`${name}/${arity}`);
}

export function allDefinitions(): Set<Definition> {
  return new Set(definitions.values());
}

export function construct(definition: Definition, args: readonly NetType[] = []): NetType {
  const { name, namespace = '', parameters = [] } = definition;
  if (args.length !== parameters.length) throw new Error(`${name} takes ${parameters.length} type arguments`);
  const key = `${namespace}.${name}/${definition.kind}<${args.map((arg) => keyOf(arg)).join(',')}>`;
  let type = constructed.get(key);
  if (!type) constructed.set(key, (type = new NetType(definition, args)));
  return type;
}

function keyOf(type: NetType): string {
  return `${type.definition.namespace ?? ''}.${type.definition.kind}.${type.name}`;
}

export function typeParameter(name: string): NetType {
  return construct({ name, kind: 'parameter' });
}

export function arrayOf(element: NetType): NetType {
  return construct(definitionNamed('Array', 1)!, [element]);
}

export function nullableOf(type: NetType): NetType {
  return construct(definitionNamed('Nullable', 1)!, [type]);
}

/** The type below a nullable one; any other type itself. */
export function withoutNullable(type: NetType): NetType {
  return type.isNullable ? type.args[0]! : type;
}

/** The type that a table's text names, such as `IEnumerable<KeyValuePair<string, T>>`; throws for an unknown one. */
export function typeNamed(text: string, scope: ReadonlyMap<string, NetType> = new Map()): NetType {
  const reader = new TypeReader(text, scope);
  return reader.read();
}

class TypeReader {
  readonly #tokens: string[];
  readonly #scope: ReadonlyMap<string, NetType>;
  readonly #text: string;

  constructor(text: string, scope: ReadonlyMap<string, NetType>) {
    this.#text = text;
    this.#tokens = text.match(/[\w.]+|\[\]|[<>,?]/g) ?? [];
    this.#scope = scope;
  }

  read(): NetType {
    const name = this.#tokens.shift() ?? '';
    const args: NetType[] = [];
    if (this.#next('<')) {
      do args.push(this.read());
      while (this.#next(','));
      this.#tokens.shift();
    }
    let type = args.length === 0 ? this.#scope.get(name) : undefined;
    if (!type) {
      const definition = definitionNamed(name, args.length);
      if (!definition) throw new Error(`type ${name} in '${this.#text}' is not defined`);
      type = construct(definition, args);
    }
    for (;;) {
      if (this.#next('[]')) type = arrayOf(type);
      else if (this.#next('?')) type = nullableOf(type);
      else return type;
    }
  }

  #next(token: string): boolean {
    const isNext = this.#tokens[0] === token;
    if (isNext) this.#tokens.shift();
    return isNext;
  }
}

function displayName(definition: Definition, args: readonly NetType[]): string {
  if (definition.name === 'Array' && args.length === 1) return `${args[0]!.name}[]`;
  if (definition.name === 'Nullable' && args.length === 1) return `${args[0]!.name}?`;
  return args.length === 0 ? definition.name : `${definition.name}<${args.map((arg) => arg.name).join(', ')}>`;
}

/** Whether every value of `type` is one of `target` by inheritance, interfaces, and variance of arrays and IEnumerable. */
export function derives(type: NetType, target: NetType): boolean {
  if (type === target || (target.name === 'object' && type.definition.kind !== 'special')) return true;
  return type.ancestors.some((ancestor) => ancestor === target || isVariant(ancestor, target));
}

/** Interfaces whose arguments may be more derived than asked for: they only give values out. */
const covariant = new Set([
  'IEnumerable',
  'IEnumerator',
  'IReadOnlyList',
  'IReadOnlyCollection',
  'IGrouping',
  'IOrderedEnumerable',
  'IJEnumerable',
]);

function isVariant(from: NetType, to: NetType): boolean {
  if (from.definition !== to.definition) return false;
  if (!from.isArray && !covariant.has(from.definition.name)) return false;
  return from.args.every((arg, i) => {
    const wanted = to.args[i]!;
    return arg === wanted || (arg.isReference && wanted.isReference && derives(arg, wanted));
  });
}
