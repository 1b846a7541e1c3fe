import { construct, type Definition, type NetType } from '../type.ts';
import { equal, keyOf, NetObject, textFor } from './value.ts';

const definitionsByShape = new Map<string, Definition>();
const membersByDefinition = new Map<Definition, readonly (readonly [string, NetType])[]>();

/** The type of `new { a = …, b = … }`: equal names and types in equal order make one type, as in C#. */
export function anonymousType(members: readonly (readonly [name: string, type: NetType])[]): NetType {
  const shape = members.map(([name, type]) => `${type.name} ${name}`).join(', ');
  let definition = definitionsByShape.get(shape);
  if (!definition) {
    const known = new Map(members);
    definition = {
      name: `<anonymous type: ${shape}>`,
      kind: 'class',
      base: 'object',
      members: Object.fromEntries(
        members.map(([name], i) => [`T${i} ${name}`, (object: AnonymousObject) => object.values[i]]),
      ),
      parameters: members.map((_member, i) => `T${i}`),
    };
    definitionsByShape.set(shape, definition);
    membersByDefinition.set(definition, [...known]);
  }
  return construct(
    definition,
    members.map(([, type]) => type),
  );
}

export class AnonymousObject extends NetObject {
  readonly #type: NetType;
  readonly values: readonly unknown[];

  constructor(type: NetType, values: readonly unknown[]) {
    super();
    this.#type = type;
    this.values = values;
  }

  get netType(): NetType {
    return this.#type;
  }

  get members(): { name: string; type: NetType; value: unknown }[] {
    const declared = membersByDefinition.get(this.#type.definition) ?? [];
    return declared.map(([name, type], i) => ({ name, type, value: this.values[i] }));
  }

  override equals(other: unknown): boolean {
    return (
      other instanceof AnonymousObject &&
      other.#type === this.#type &&
      this.values.every((value, i) => equal(value, other.values[i]))
    );
  }

  override get key(): unknown {
    return `\0${this.#type.name}\0${this.values.map((value) => String(keyOf(value))).join('\0')}`;
  }

  override toString(): string {
    return `{ ${this.members.map(({ name, type, value }) => `${name} = ${textFor(type)(value)}`).join(', ')} }`;
  }
}
