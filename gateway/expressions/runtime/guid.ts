import { randomUUID } from 'node:crypto';
import { NetException } from '../exceptions.ts';
import { type NetType, typeNamed } from '../type.ts';
import { NetObject } from './value.ts';

/** A System.Guid, kept as its 32 lower-case hexadecimal digits. */
export class Guid extends NetObject {
  readonly digits: string;

  constructor(digits: string) {
    super();
    this.digits = digits;
  }

  /** The reverse of `bytes`. */
  static of(bytes: Uint8Array): Guid {
    if (bytes.length !== 16) {
      throw new NetException('ArgumentException', 'Byte array for GUID must be exactly 16 bytes long.');
    }
    return new Guid(Buffer.from(inNetOrder(bytes)).toString('hex'));
  }

  static readonly empty = new Guid('0'.repeat(32));

  static create(): Guid {
    return new Guid(randomUUID().replaceAll('-', ''));
  }

  /** Accepts .NET's notations N, D, B and P; undefined for anything else. */
  static tryParse(text: string): Guid | undefined {
    const trimmed = text.trim();
    const hyphenated = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
    const inner = /^\{(.*)\}$|^\((.*)\)$/.exec(trimmed);
    const plain = inner ? (inner[1] ?? inner[2]!) : trimmed;
    const isGuid = hyphenated.test(plain) || (!inner && /^[0-9a-f]{32}$/i.test(plain));
    return isGuid ? new Guid(plain.replaceAll('-', '').toLowerCase()) : undefined;
  }

  static parse(text: string): Guid {
    const guid = Guid.tryParse(text);
    if (!guid) {
      throw new NetException(
        'FormatException',
        'Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).',
      );
    }
    return guid;
  }

  get netType(): NetType {
    return typeNamed('Guid');
  }

  /** The sixteen bytes as .NET orders them: the first three groups are little-endian. */
  get bytes(): Uint8Array {
    return inNetOrder(Buffer.from(this.digits, 'hex'));
  }

  format(format: string | null): string {
    const d = this.digits;
    const hyphenated = `${d.slice(0, 8)}-${d.slice(8, 12)}-${d.slice(12, 16)}-${d.slice(16, 20)}-${d.slice(20)}`;
    switch ((format ?? '').toUpperCase()) {
      case '':
      case 'D':
        return hyphenated;
      case 'N':
        return d;
      case 'B':
        return `{${hyphenated}}`;
      case 'P':
        return `(${hyphenated})`;
      default:
        throw new NetException(
          'FormatException',
          "Format string can be only 'D', 'd', 'N', 'n', 'P', 'p', 'B', 'b', 'X' or 'x'.",
        );
    }
  }

  override equals(other: unknown): boolean {
    return other instanceof Guid && other.digits === this.digits;
  }
  override get key(): unknown {
    return `\0Guid\0${this.digits}`;
  }
  override compareTo(other: unknown): number {
    const { digits } = other as Guid;
    return this.digits < digits ? -1 : this.digits > digits ? 1 : 0;
  }
  override toString(): string {
    return this.format('D');
  }
}

/** Turns the first three groups around; done twice, it is undone. */
function inNetOrder(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15], (i) => bytes[i]!);
}
