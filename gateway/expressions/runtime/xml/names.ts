import { argument, argumentNull } from '../../exceptions.ts';
import { type NetType, typeNamed } from '../../type.ts';
import { NetObject } from '../value.ts';

export const xmlNamespace = 'http://www.w3.org/XML/1998/namespace';
export const xmlnsNamespace = 'http://www.w3.org/2000/xmlns/';

/** An XNamespace: a text with a type of its own. */
export class XNamespace extends NetObject {
  readonly name: string;
  constructor(name: string) {
    super();
    this.name = name;
  }
  static from(name: string | null): XNamespace {
    if (name === null) throw argumentNull('namespaceName');
    return new XNamespace(name);
  }
  get netType(): NetType {
    return typeNamed('XNamespace');
  }
  override get key(): unknown {
    return `XNamespace ${this.name}`;
  }
  override equals(other: unknown): boolean {
    return other instanceof XNamespace && other.name === this.name;
  }
  override toString(): string {
    return this.name;
  }
}

/** An XName: a local name in a namespace, written `{namespace}name`. */
export class XName extends NetObject {
  readonly local: string;
  readonly space: string;
  constructor(local: string, space = '') {
    super();
    if (!/^[\p{L}_][\p{L}\p{N}\p{M}._\u00b7-]*$/u.test(local))
      throw argument(`The name '${local}' is not one that XML allows.`, 'name');
    this.local = local;
    this.space = space;
  }
  static from(expanded: string | null): XName {
    if (expanded === null) throw argumentNull('expandedName');
    const [, space = '', local = expanded] = /^\{([^}]*)\}(.*)$/s.exec(expanded) ?? [];
    return new XName(local, space);
  }
  get netType(): NetType {
    return typeNamed('XName');
  }
  override get key(): unknown {
    return `XName ${this.toString()}`;
  }
  override equals(other: unknown): boolean {
    return other instanceof XName && other.local === this.local && other.space === this.space;
  }
  override toString(): string {
    return this.space === '' ? this.local : `{${this.space}}${this.local}`;
  }
}
