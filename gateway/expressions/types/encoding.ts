import { argument, argumentNull } from '../exceptions.ts';
import { NetObject } from '../runtime/value.ts';
import { define, type NetType, typeNamed } from '../type.ts';

/** A System.Text.Encoding. */
export class Encoding extends NetObject {
  readonly webName: string;
  readonly #encode: (text: string) => Uint8Array;
  readonly #decode: (bytes: Uint8Array) => string;

  constructor(webName: string, encode: (text: string) => Uint8Array, decode: (bytes: Uint8Array) => string) {
    super();
    this.webName = webName;
    this.#encode = encode;
    this.#decode = decode;
  }
  get netType(): NetType {
    return typeNamed('Encoding');
  }
  getBytes(text: string | null): Uint8Array {
    if (text === null) throw argumentNull('s');
    return this.#encode(text);
  }
  getString(bytes: Uint8Array | null): string {
    if (bytes === null) throw argumentNull('bytes');
    return this.#decode(bytes);
  }
}

function limited(most: number): (text: string) => Uint8Array {
  return (text) => Uint8Array.from(text, (c) => (c.codePointAt(0)! <= most ? c.codePointAt(0)! : 0x3f));
}

const utf8 = new Encoding(
  'utf-8',
  (text) => new Uint8Array(Buffer.from(text, 'utf8')),
  (bytes) => Buffer.from(bytes).toString('utf8'),
);
const ascii = new Encoding('us-ascii', limited(0x7f), (bytes) =>
  Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : '?')).join(''),
);
const latin1 = new Encoding('iso-8859-1', limited(0xff), (bytes) => Buffer.from(bytes).toString('latin1'));
const utf16 = new Encoding(
  'utf-16',
  (text) => new Uint8Array(Buffer.from(text, 'utf16le')),
  (bytes) => Buffer.from(bytes).toString('utf16le'),
);

export function encodingNamed(name: string): Encoding {
  switch (name.toLowerCase()) {
    case 'utf-8':
      return utf8;
    case 'us-ascii':
    case 'ascii':
      return ascii;
    case 'iso-8859-1':
    case 'latin1':
      return latin1;
    case 'utf-16':
    case 'unicode':
      return utf16;
    default:
      throw argument(`'${name}' is not a supported encoding name.`, 'name');
  }
}

define({
  name: 'Encoding',
  namespace: 'System.Text',
  kind: 'class',
  base: 'object',
  members: {
    'static Encoding UTF8': () => utf8,
    'static Encoding ASCII': () => ascii,
    'static Encoding Unicode': () => utf16,
    'static Encoding Default': () => utf8,
    'static Encoding GetEncoding(string name)': encodingNamed,
    'string WebName': (self: Encoding) => self.webName,
    'byte[] GetBytes(string s)': (self: Encoding, text: string | null) => self.getBytes(text),
    'string GetString(byte[] bytes)': (self: Encoding, bytes: Uint8Array | null) => self.getString(bytes),
    'string GetString(byte[] bytes, int index, int count)': (
      self: Encoding,
      bytes: Uint8Array,
      index: number,
      count: number,
    ) => self.getString(bytes.subarray(index, index + count)),
    'int GetByteCount(string s)': (self: Encoding, text: string | null) => self.getBytes(text).length,
  },
});
