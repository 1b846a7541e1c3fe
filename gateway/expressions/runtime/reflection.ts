import { type NetType, typeNamed } from '../type.ts';
import { NetObject } from './value.ts';

/** A System.Type: what `typeof(T)` and GetType() give. */
export class NetTypeObject extends NetObject {
  readonly of: NetType;
  constructor(of: NetType) {
    super();
    this.of = of;
  }
  get netType(): NetType {
    return typeNamed('Type');
  }
  get shortName(): string {
    const { of } = this;
    if (of.isArray) return `${new NetTypeObject(of.args[0]!).shortName}[]`;
    const { clrName, name } = of.definition;
    return (clrName ?? name) + (of.args.length > 0 ? `\`${of.args.length}` : '');
  }
  override get key(): unknown {
    return this.of;
  }
  override equals(other: unknown): boolean {
    return other instanceof NetTypeObject && other.of === this.of;
  }
  override toString(): string {
    return this.of.fullName;
  }
}
