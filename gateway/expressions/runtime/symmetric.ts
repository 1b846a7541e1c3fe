import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { argumentNull, nullReference } from '../exceptions.ts';
import { type NetType, typeNamed } from '../type.ts';
import { cryptographic } from './hash.ts';
import { NetObject } from './value.ts';

interface Cipher {
  readonly block: number;
  readonly keys: readonly number[];
  /** As OpenSSL calls it, for a key of so many bytes. */
  readonly name: (keyBytes: number, mode: string) => string;
}

const aes: Cipher = { block: 16, keys: [16, 24, 32], name: (bytes, mode) => `aes-${bytes * 8}-${mode}` };
const tripleDes: Cipher = {
  block: 8,
  keys: [16, 24],
  name: (bytes, mode) => {
    const des = bytes === 16 ? 'des-ede' : 'des-ede3';
    return mode === 'ecb' ? des : `${des}-${mode}`;
  },
};

/** The names by which .NET's `SymmetricAlgorithm.Create` knows the algorithms. */
const ciphers: ReadonlyMap<string, Cipher> = new Map([
  ['aes', aes],
  ['rijndael', aes],
  ['rijndaelmanaged', aes],
  ['aesmanaged', aes],
  ['aescryptoserviceprovider', aes],
  ['3des', tripleDes],
  ['triple des', tripleDes],
  ['tripledes', tripleDes],
]);

/** .NET's CipherMode and PaddingMode, as far as they are executed. */
const modes: ReadonlyMap<number, string> = new Map([
  [1, 'cbc'],
  [2, 'ecb'],
]);
const noPadding = 1;
const pkcs7 = 2;

/** A System.Security.Cryptography.SymmetricAlgorithm. */
export class SymmetricAlgorithm extends NetObject {
  readonly #cipher: Cipher;
  #key: Uint8Array;
  #iv: Uint8Array;
  #mode = 1;
  #padding = pkcs7;

  private constructor(cipher: Cipher) {
    super();
    this.#cipher = cipher;
    this.#key = new Uint8Array(randomBytes(cipher.keys.at(-1)!));
    this.#iv = new Uint8Array(randomBytes(cipher.block));
  }

  /** Null for a name that is not known, as in .NET. */
  static named(name: string | null): SymmetricAlgorithm | null {
    if (name === null) throw argumentNull('algName');
    const cipher = ciphers.get(name.replace(/^System\.Security\.Cryptography\./, '').toLowerCase());
    return cipher ? new SymmetricAlgorithm(cipher) : null;
  }

  get netType(): NetType {
    return typeNamed('SymmetricAlgorithm');
  }

  get keyBytes(): Uint8Array {
    return this.#key;
  }
  set keyBytes(key: Uint8Array | null) {
    this.#key = this.#checkedKey(key);
  }

  get iv(): Uint8Array {
    return this.#iv;
  }
  set iv(iv: Uint8Array | null) {
    this.#iv = this.#checkedIv(iv);
  }

  get mode(): number {
    return this.#mode;
  }
  set mode(mode: number) {
    if (!modes.has(mode)) throw cryptographic('Specified cipher mode is not valid for this algorithm.');
    this.#mode = mode;
  }

  get padding(): number {
    return this.#padding;
  }
  set padding(padding: number) {
    if (padding !== noPadding && padding !== pkcs7)
      throw cryptographic('Specified padding mode is not valid for this algorithm.');
    this.#padding = padding;
  }

  get blockSize(): number {
    return this.#cipher.block * 8;
  }

  get keySize(): number {
    return this.#key.length * 8;
  }
  set keySize(bits: number) {
    if (!this.#cipher.keys.includes(bits / 8)) throw badKey();
    this.#key = new Uint8Array(randomBytes(bits / 8));
  }

  generateKey(): void {
    this.#key = new Uint8Array(randomBytes(this.#key.length));
  }

  generateIv(): void {
    this.#iv = new Uint8Array(randomBytes(this.#iv.length));
  }

  encrypt(plain: Uint8Array | null, key: Uint8Array | null = this.#key, iv: Uint8Array | null = this.#iv): Uint8Array {
    if (plain === null) throw argumentNull('input');
    const cipher = createCipheriv(...this.#parameters(key, iv)).setAutoPadding(this.#padding === pkcs7);
    if (this.#padding === noPadding && plain.length % this.#cipher.block !== 0)
      throw cryptographic('The input data is not a complete block.');
    return new Uint8Array(Buffer.concat([cipher.update(plain), cipher.final()]));
  }

  decrypt(secret: Uint8Array | null, key: Uint8Array | null = this.#key, iv: Uint8Array | null = this.#iv): Uint8Array {
    if (secret === null) throw argumentNull('input');
    const decipher = createDecipheriv(...this.#parameters(key, iv)).setAutoPadding(this.#padding === pkcs7);
    if (secret.length % this.#cipher.block !== 0) throw cryptographic('The input data is not a complete block.');
    try {
      return new Uint8Array(Buffer.concat([decipher.update(secret), decipher.final()]));
    } catch {
      throw cryptographic('Padding is invalid and cannot be removed.');
    }
  }

  #parameters(key: Uint8Array | null, iv: Uint8Array | null): [string, Uint8Array, Uint8Array | null] {
    const checked = this.#checkedKey(key);
    const vector = this.#checkedIv(iv);
    const mode = modes.get(this.#mode)!;
    return [this.#cipher.name(checked.length, mode), checked, mode === 'ecb' ? null : vector];
  }

  #checkedKey(key: Uint8Array | null): Uint8Array {
    if (key === null) throw argumentNull('key');
    if (!this.#cipher.keys.includes(key.length)) throw badKey();
    return key;
  }

  #checkedIv(iv: Uint8Array | null): Uint8Array {
    if (iv === null) throw argumentNull('iv');
    if (iv.length !== this.#cipher.block)
      throw cryptographic('Specified initialization vector (IV) does not match the block size for this algorithm.');
    return iv;
  }
}

function badKey() {
  return cryptographic('Specified key is not a valid size for this algorithm.');
}

/** The algorithm that API Management's `Encrypt` and `Decrypt` take by its name. */
export function algorithmFor(given: string | SymmetricAlgorithm | null): SymmetricAlgorithm {
  const found = typeof given === 'string' ? SymmetricAlgorithm.named(given) : given;
  if (!found) throw nullReference();
  return found;
}
