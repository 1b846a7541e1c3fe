import { type Member, members } from '../signature.ts';
import { allDefinitions, type NetType, typeNamed } from '../type.ts';
import type { Method } from './bound.ts';

type Kind = Member['kind'];

function own(type: NetType, accept: (member: Member) => boolean): Method[] {
  const { parameters = [] } = type.definition;
  const scope = new Map(parameters.map((name, i) => [name, type.args[i]!]));
  return members(type.definition)
    .filter(accept)
    .map((member) => ({ member, scope }));
}

/** The type and what it inherits from; interfaces have object's members too. */
function lineage(type: NetType): readonly NetType[] {
  const object = typeNamed('object');
  return type.ancestors.includes(object) ? type.ancestors : [...type.ancestors, object];
}

/** The instance members of that kind and name, those of the most derived type first. */
export function instanceMembers(type: NetType, kind: Kind, name: string): Method[][] {
  return lineage(type)
    .map((ancestor) => own(ancestor, (member) => member.kind === kind && member.name === name && !member.isStatic))
    .filter((level) => level.length > 0);
}

export function staticMembers(type: NetType, kind: Kind, name: string): Method[][] {
  return lineage(type)
    .map((ancestor) => own(ancestor, (member) => member.kind === kind && member.name === name && member.isStatic))
    .filter((level) => level.length > 0);
}

export function constructors(type: NetType): Method[] {
  return own(type, (member) => member.kind === 'constructor');
}

let extensionsByName: Map<string, Method[]> | undefined;

/** The extension methods of that name, wherever they are declared. */
export function extensions(name: string): readonly Method[] {
  if (!extensionsByName) {
    extensionsByName = new Map();
    for (const definition of allDefinitions()) {
      for (const member of members(definition)) {
        if (!member.isExtension) continue;
        const known = extensionsByName.get(member.name);
        if (known) known.push({ member, scope: new Map() });
        else extensionsByName.set(member.name, [{ member, scope: new Map() }]);
      }
    }
  }
  return extensionsByName.get(name) ?? [];
}
