import type { Member } from '../signature.ts';
import type { Implementation, NetType } from '../type.ts';
import type { Frame } from './bound.ts';

export type Call = (frame: Frame, args: unknown[]) => unknown;
type Plain = (...args: unknown[]) => unknown;

/** What runs when the member is called, its type arguments filled in. */
export function callableOf(member: Member, types: ReadonlyMap<string, NetType>): Call {
  const { implementation } = member;
  if (isAmbient(implementation)) {
    const does = implementation.ambient as Plain;
    return (frame, args) => does(frame.context, ...args);
  }
  const does = plain(implementation, types, 'get');
  return (_frame, args) => does(...args);
}

/** The plain function of a member, or undefined when it needs the request's context. */
export function directCall(
  member: Member,
  types: ReadonlyMap<string, NetType>,
  accessor: 'get' | 'set' = 'get',
): Plain | undefined {
  return isAmbient(member.implementation) ? undefined : plain(member.implementation, types, accessor);
}

/** The value of a `const` field. */
export function constantOf(member: Member): { value: unknown } | undefined {
  const { implementation } = member;
  return typeof implementation === 'object' && 'constant' in implementation
    ? { value: implementation.constant }
    : undefined;
}

export function isWritable(member: Member): boolean {
  return typeof member.implementation === 'object' && 'set' in member.implementation;
}

function isAmbient(implementation: Implementation): implementation is Extract<Implementation, { ambient: unknown }> {
  return typeof implementation === 'object' && 'ambient' in implementation;
}

function plain(implementation: Implementation, types: ReadonlyMap<string, NetType>, accessor: 'get' | 'set'): Plain {
  if (typeof implementation === 'function') return implementation as Plain;
  if ('typed' in implementation) {
    return implementation.typed((name) => {
      const type = types.get(name);
      if (!type) throw new Error(`type argument ${name} is not known`);
      return type;
    }) as Plain;
  }
  if ('ambient' in implementation) throw new Error('needs the context');
  if ('constant' in implementation) return () => implementation.constant;
  return implementation[accessor] as Plain;
}
