import test from 'ava';
import { ran, shown, thrown } from '../../support/expressions.ts';

const hex = (expression: string) => `BitConverter.ToString(${expression}).Replace("-", "").ToLower()`;
const bytes = (digits: string) =>
  `new byte[] { ${digits
    .match(/../g)!
    .map((pair) => `0x${pair}`)
    .join(', ')} }`;

// FIPS 180-2's example and RFC 1321's.
test('hashes of "abc"', (t) => {
  const abc = 'System.Text.Encoding.UTF8.GetBytes("abc")';
  const rows = [
    ['MD5.Create()', '900150983cd24fb0d6963f7d28e17f72'],
    ['new SHA1Managed()', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    [
      'System.Security.Cryptography.SHA256.Create()',
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    ],
    ['HashAlgorithm.Create("SHA-256")', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ];
  for (const [algorithm, digest] of rows)
    t.is(shown(hex(`${algorithm}.ComputeHash(${abc})`)), `String ${digest}`, algorithm);
  t.is(
    shown(hex(`SHA256.Create().ComputeHash(Encoding.UTF8.GetBytes("xabcx"), 1, 3)`)).slice(0, 15),
    'String ba7816bf',
  );
  t.is(shown('new SHA512Managed().HashSize + MD5.Create().HashSize'), 'Int32 640');
});

// RFC 4231, test case 2; RFC 2202's for SHA-1.
test('HMACs, with a key that is given, set or random', (t) => {
  const key = 'Encoding.ASCII.GetBytes("Jefe")';
  const data = 'Encoding.ASCII.GetBytes("what do ya want for nothing?")';
  const digest = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
  t.is(shown(hex(`new HMACSHA256(${key}).ComputeHash(${data})`)), `String ${digest}`);
  t.is(shown(hex(`new HMACSHA256 { Key = ${key} }.ComputeHash(${data})`)), `String ${digest}`);
  t.is(shown(hex(`new HMACSHA1(${key}).ComputeHash(${data})`)), 'String effcdf6ae5eb2fa2d27416d5f184df9c259a7c79');
  t.is(ran(`using (HMAC h = new HMACSHA512(${key})) { return h.ComputeHash(${data}).Length; }`), 'Int32 64');
  t.is(shown('new HMACSHA256().Key.Length + new HMACSHA512().Key.Length'), 'Int32 192');
  t.is(thrown('@(new HMACSHA256(null))'), "ArgumentNullException: Value cannot be null. (Parameter 'key')");
});

// NIST SP 800-38A, F.2.1 and F.2.3: CBC-AES128 and CBC-AES192, first block.
const iv = bytes('000102030405060708090a0b0c0d0e0f');
const block = bytes('6bc1bee22e409f96e93d7e117393172a');
const key128 = bytes('2b7e151628aed2a6abf7158809cf4f3c');
const key192 = bytes('8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b');

test('Encrypt and Decrypt are AES in CBC mode with PKCS #7 padding', (t) => {
  for (const [key, first] of [
    [key128, '7649abac8119b246cee98e9b12e9197d'],
    [key192, '4f021db243bc633d7178183a9fa071e8'],
  ] as const) {
    const encrypted = `${block}.Encrypt("Aes", ${key}, ${iv})`;
    t.is(shown(`${encrypted}.Length`), 'Int32 32');
    t.is(shown(hex(encrypted)).slice(0, 39), `String ${first}`);
    t.is(shown(hex(`${encrypted}.Decrypt("Aes", ${key}, ${iv})`)), 'String 6bc1bee22e409f96e93d7e117393172a');
  }
});

test('a SymmetricAlgorithm carries key, vector, mode and padding', (t) => {
  const source = `var aes = System.Security.Cryptography.SymmetricAlgorithm.Create("AES");
    aes.Mode = CipherMode.ECB; aes.Padding = PaddingMode.None; aes.Key = ${key128};
    return aes.KeySize + " " + aes.BlockSize + " " + ${hex(`${block}.Encrypt(aes)`)} + " " + ${block}.Encrypt(aes).Decrypt(aes).SequenceEqual(${block});`;
  t.is(ran(source), 'String 128 128 3ad77bb40d7a3660a89ecaf32466ef97 True');
  t.is(
    ran(`var des = SymmetricAlgorithm.Create("TripleDES"); return Encoding.UTF8.GetString(
      Encoding.UTF8.GetBytes("text").Encrypt(des).Decrypt(des, des.Key, des.IV));`),
    'String text',
  );
});

test('keys, vectors and secrets that are no good throw what .NET throws', (t) => {
  t.is(
    thrown(`@(${block}.Encrypt("Aes", new byte[5], ${iv}))`),
    'CryptographicException: Specified key is not a valid size for this algorithm.',
  );
  t.is(
    thrown(`@(${block}.Encrypt("Aes", ${key128}, new byte[5]))`),
    'CryptographicException: Specified initialization vector (IV) does not match the block size for this algorithm.',
  );
  t.is(
    thrown(`@(${block}.Decrypt("Aes", ${key128}, ${iv}))`),
    'CryptographicException: Padding is invalid and cannot be removed.',
  );
  t.is(
    ran(`try { return ${block}.Decrypt("Aes", ${key128}, ${iv}); } catch (Exception e) { return "caught"; }`),
    'String caught',
  );
  t.regex(thrown(`@(${block}.Encrypt("Blowfish", ${key128}, ${iv}))`), /^NullReferenceException/);
});

test('random bytes fill an array', (t) => {
  t.is(
    ran(
      'var b = new byte[32]; using (var r = new RNGCryptoServiceProvider()) { r.GetBytes(b); } return b.Any(x => x != 0);',
    ),
    'Boolean True',
  );
});
