import { randomFillSync } from 'node:crypto';
import { argumentNull } from '../exceptions.ts';
import { HashAlgorithm } from '../runtime/hash.ts';
import { algorithmFor, SymmetricAlgorithm } from '../runtime/symmetric.ts';
import { define, type Implementation } from '../type.ts';

const namespace = 'System.Security.Cryptography';
type Bytes = Uint8Array | null;

function defineClass(name: string, base: string, members: Record<string, Implementation>): void {
  define({ name, namespace, kind: 'class', base, members });
}

const nothing = () => undefined;

const hashes = { MD5: 'md5', SHA1: 'sha1', SHA256: 'sha256', SHA384: 'sha384', SHA512: 'sha512' } as const;

/** `SHA256`, `System.Security.Cryptography.SHA256`, `SHA-256`, `HMACSHA256` …; null for others, as in .NET. */
function hashNamed(name: string): HashAlgorithm | null {
  const plain = name
    .replace(`${namespace}.`, '')
    .replace(/Managed$/, '')
    .replace('SHA-', 'SHA')
    .toUpperCase();
  const hash = plain.replace(/^HMAC/, '');
  if (!(hash in hashes)) return null;
  const algorithm = hashes[hash as keyof typeof hashes];
  return hash === plain ? HashAlgorithm.plain(hash, algorithm) : HashAlgorithm.keyed(plain, algorithm);
}

defineClass('HashAlgorithm', 'object', {
  'static HashAlgorithm Create(string hashName)': hashNamed,
  'byte[] ComputeHash(byte[] buffer)': (self: HashAlgorithm, bytes: Bytes) => self.compute(bytes),
  'byte[] ComputeHash(byte[] buffer, int offset, int count)': (
    self: HashAlgorithm,
    bytes: Bytes,
    offset: number,
    count: number,
  ) => self.compute(bytes, offset, count),
  'byte[] Hash': (self: HashAlgorithm) => self.last,
  'int HashSize': (self: HashAlgorithm) => ({ md5: 128, sha1: 160 })[self.algorithm] ?? Number(self.algorithm.slice(3)),
  'void Initialize()': nothing,
  'void Clear()': nothing,
  'void Dispose()': nothing,
});
defineClass('KeyedHashAlgorithm', 'HashAlgorithm', {
  'byte[] Key': {
    get: (self: HashAlgorithm) => self.secret,
    set: (self: HashAlgorithm, key: Bytes) => void (self.secret = key),
  },
});
defineClass('HMAC', 'KeyedHashAlgorithm', {
  'static HMAC Create(string algorithmName)': hashNamed,
  'string HashName': (self: HashAlgorithm) => self.algorithm.toUpperCase(),
});

for (const [name, algorithm] of Object.entries(hashes)) {
  defineClass(name, 'HashAlgorithm', { [`static ${name} Create()`]: () => HashAlgorithm.plain(name, algorithm) });
  const keyed = `HMAC${name}`;
  defineClass(keyed, 'HMAC', {
    [`${keyed}()`]: () => HashAlgorithm.keyed(keyed, algorithm),
    [`${keyed}(byte[] key)`]: (key: Bytes) => HashAlgorithm.keyed(keyed, algorithm, key),
  });
  if (name === 'MD5') continue;
  const managed = `${name}Managed`;
  defineClass(managed, name, { [`${managed}()`]: () => HashAlgorithm.plain(managed, algorithm) });
}

defineClass('SymmetricAlgorithm', 'object', {
  'static SymmetricAlgorithm Create(string algName)': (name: string | null) => SymmetricAlgorithm.named(name),
  'byte[] Key': {
    get: (self: SymmetricAlgorithm) => self.keyBytes,
    set: (self: SymmetricAlgorithm, key: Bytes) => void (self.keyBytes = key),
  },
  'byte[] IV': {
    get: (self: SymmetricAlgorithm) => self.iv,
    set: (self: SymmetricAlgorithm, iv: Bytes) => void (self.iv = iv),
  },
  'int KeySize': {
    get: (self: SymmetricAlgorithm) => self.keySize,
    set: (self: SymmetricAlgorithm, bits: number) => void (self.keySize = bits),
  },
  'int BlockSize': (self: SymmetricAlgorithm) => self.blockSize,
  'CipherMode Mode': {
    get: (self: SymmetricAlgorithm) => self.mode,
    set: (self: SymmetricAlgorithm, mode: number) => void (self.mode = mode),
  },
  'PaddingMode Padding': {
    get: (self: SymmetricAlgorithm) => self.padding,
    set: (self: SymmetricAlgorithm, padding: number) => void (self.padding = padding),
  },
  'void GenerateKey()': (self: SymmetricAlgorithm) => self.generateKey(),
  'void GenerateIV()': (self: SymmetricAlgorithm) => self.generateIv(),
  'void Clear()': nothing,
  'void Dispose()': nothing,
});

defineClass('RNGCryptoServiceProvider', 'object', {
  'RNGCryptoServiceProvider()': () => ({}),
  'void GetBytes(byte[] data)': (_: unknown, data: Bytes) => {
    if (data === null) throw argumentNull('data');
    randomFillSync(data);
  },
  'void Dispose()': nothing,
});

type Algorithm = string | SymmetricAlgorithm | null;
const encrypt = (input: Bytes, algorithm: Algorithm, key?: Bytes, iv?: Bytes) =>
  algorithmFor(algorithm).encrypt(input, key, iv);
const decrypt = (input: Bytes, algorithm: Algorithm, key?: Bytes, iv?: Bytes) =>
  algorithmFor(algorithm).decrypt(input, key, iv);

/**
 * The extension methods that API Management adds to bytes:
 * https://learn.microsoft.com/azure/api-management/api-management-policy-expressions#ContextVariables
 */
define({
  name: 'EncryptionExtensions',
  kind: 'static',
  members: {
    'static byte[] Encrypt(this byte[] input, string alg, byte[] key, byte[] iv)': encrypt,
    'static byte[] Encrypt(this byte[] input, SymmetricAlgorithm alg)': encrypt,
    'static byte[] Encrypt(this byte[] input, SymmetricAlgorithm alg, byte[] key, byte[] iv)': encrypt,
    'static byte[] Decrypt(this byte[] input, string alg, byte[] key, byte[] iv)': decrypt,
    'static byte[] Decrypt(this byte[] input, SymmetricAlgorithm alg)': decrypt,
    'static byte[] Decrypt(this byte[] input, SymmetricAlgorithm alg, byte[] key, byte[] iv)': decrypt,
  },
});
