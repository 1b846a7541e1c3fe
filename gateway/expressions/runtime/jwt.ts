import { type NetType, typeNamed } from '../type.ts';
import { DateTime } from './datetime.ts';
import { JArray, JObject, type JToken, JValue } from './json.ts';
import { parseJson } from './json-read.ts';
import { NetObject } from './value.ts';

/** A token as `AsJwt` reads it. Nothing is verified here: that is validate-jwt's work. */
export class Jwt extends NetObject {
  readonly header: JObject;
  readonly payload: JObject;

  constructor(header: JObject, payload: JObject) {
    super();
    this.header = header;
    this.payload = payload;
  }

  /** The token, with or without a scheme such as Bearer before it; null when it is none. */
  static parse(text: string | null): Jwt | null {
    const token = text?.trim().replace(/^\S+\s+(?=\S+$)/, '') ?? '';
    const parts = token.split('.');
    if (parts.length !== 3) return null;
    const [header, payload] = parts.slice(0, 2).map(decode);
    return header && payload ? new Jwt(header, payload) : null;
  }

  get netType(): NetType {
    return typeNamed('Jwt');
  }

  text(name: string): string | null {
    const value = this.payload.get(name);
    return value ? value.toString() : null;
  }

  time(name: string): DateTime | null {
    const value = this.payload.get(name);
    const seconds = value instanceof JValue ? Number(value.value) : NaN;
    return Number.isFinite(seconds) ? DateTime.fromDate(new Date(seconds * 1000)) : null;
  }

  get audiences(): string[] {
    return texts(this.payload.get('aud'));
  }

  /** Every claim with its values as texts. */
  get claims(): ReadonlyMap<string, readonly string[]> {
    return new Map(this.payload.children.map((property) => [property.name, texts(property.value)]));
  }
}

function texts(token: JToken | null): string[] {
  if (token === null) return [];
  return token instanceof JArray ? token.items.map(textOf) : [textOf(token)];
}

function textOf(token: JToken): string {
  return token instanceof JValue ? token.toString() : token.toJson(false);
}

function decode(part: string): JObject | undefined {
  if (!/^[\w-]+={0,2}$/.test(part)) return undefined;
  try {
    const token = parseJson(Buffer.from(part, 'base64url').toString('utf8'));
    return token instanceof JObject ? token : undefined;
  } catch {
    return undefined;
  }
}

/** What `AsBasic` reads from an Authorization header. */
export class BasicCredentials extends NetObject {
  readonly userId: string;
  readonly password: string;
  constructor(userId: string, password: string) {
    super();
    this.userId = userId;
    this.password = password;
  }

  static parse(text: string | null): BasicCredentials | null {
    const encoded = /^Basic\s+([A-Za-z0-9+/]+={0,2})$/i.exec(text?.trim() ?? '')?.[1];
    if (encoded === undefined) return null;
    const plain = Buffer.from(encoded, 'base64').toString('utf8');
    const colon = plain.indexOf(':');
    return colon === -1 ? null : new BasicCredentials(plain.slice(0, colon), plain.slice(colon + 1));
  }

  get netType(): NetType {
    return typeNamed('BasicAuthCredentials');
  }
}
