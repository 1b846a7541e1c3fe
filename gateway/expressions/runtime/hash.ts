import { createHash, createHmac, randomBytes } from 'node:crypto';
import { argumentNull, argumentOutOfRange, NetException } from '../exceptions.ts';
import { type NetType, typeNamed } from '../type.ts';
import { NetObject } from './value.ts';

/** How long the key is that .NET makes for an HMAC without one: a block of the hash. */
const blockBytes: Readonly<Record<string, number>> = { md5: 64, sha1: 64, sha256: 64, sha384: 128, sha512: 128 };

export function cryptographic(message: string): NetException {
  return new NetException('CryptographicException', message);
}

/** A System.Security.Cryptography.HashAlgorithm: a hash, or with a key an HMAC. */
export class HashAlgorithm extends NetObject {
  /** As OpenSSL calls it. */
  readonly algorithm: string;
  readonly #type: string;
  #secret: Uint8Array | undefined;
  #last: Uint8Array | null = null;

  private constructor(type: string, algorithm: string, key: Uint8Array | undefined) {
    super();
    this.#type = type;
    this.algorithm = algorithm;
    this.#secret = key;
  }

  static plain(type: string, algorithm: string): HashAlgorithm {
    return new HashAlgorithm(type, algorithm, undefined);
  }

  /** Without a key it has a random one, as in .NET. */
  static keyed(type: string, algorithm: string, key?: Uint8Array | null): HashAlgorithm {
    if (key === null) throw argumentNull('key');
    return new HashAlgorithm(type, algorithm, key ?? new Uint8Array(randomBytes(blockBytes[algorithm]!)));
  }

  get netType(): NetType {
    return typeNamed(this.#type);
  }

  get secret(): Uint8Array {
    return this.#secret!;
  }

  set secret(key: Uint8Array | null) {
    if (key === null) throw argumentNull('value');
    this.#secret = key;
  }

  /** The hash that was computed last. */
  get last(): Uint8Array | null {
    return this.#last;
  }

  compute(bytes: Uint8Array | null, offset = 0, count = (bytes?.length ?? 0) - offset): Uint8Array {
    if (bytes === null) throw argumentNull('buffer');
    if (offset < 0 || count < 0 || offset + count > bytes.length) throw argumentOutOfRange('offset');
    const hash = this.#secret ? createHmac(this.algorithm, this.#secret) : createHash(this.algorithm);
    return (this.#last = new Uint8Array(hash.update(bytes.subarray(offset, offset + count)).digest()));
  }
}
