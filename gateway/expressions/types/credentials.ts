import type { Cell } from '../bind/bound.ts';
import { BasicCredentials, Jwt } from '../runtime/jwt.ts';
import { netArray } from '../runtime/value.ts';
import { define, typeNamed } from '../type.ts';
import { defineDictionary, fromMap } from './dictionaries.ts';

define({
  name: 'Jwt',
  kind: 'class',
  base: 'object',
  members: {
    'string Algorithm': (self: Jwt) => self.header.get('alg')?.toString() ?? null,
    'string Type': (self: Jwt) => self.header.get('typ')?.toString() ?? null,
    'string Id': (self: Jwt) => self.text('jti'),
    'string Issuer': (self: Jwt) => self.text('iss'),
    'string Subject': (self: Jwt) => self.text('sub'),
    'IEnumerable<string> Audiences': (self: Jwt) => netArray(typeNamed('string'), self.audiences),
    'IClaims Claims': (self: Jwt) => self.claims,
    'DateTime? ExpirationTime': (self: Jwt) => self.time('exp'),
    'DateTime? IssuedAt': (self: Jwt) => self.time('iat'),
    'DateTime? NotBefore': (self: Jwt) => self.time('nbf'),
  },
});

defineDictionary('IClaims', {
  value: 'string[]',
  ...fromMap((values: readonly string[]) => netArray(typeNamed('string'), [...values])),
});

define({
  name: 'BasicAuthCredentials',
  kind: 'class',
  base: 'object',
  members: {
    'string UserId': (self: BasicCredentials) => self.userId,
    'string Password': (self: BasicCredentials) => self.password,
  },
});

function tryParse<T>(parse: (text: string | null) => T | null) {
  return (text: string | null, result: Cell) => {
    result.v = parse(text);
    return result.v !== null;
  };
}

/** The extension methods that API Management adds to strings; public policies also call them by their class's name. */
define({
  name: 'ExpressionSyntaxExtensions',
  kind: 'static',
  members: {
    'static Jwt AsJwt(this string input)': (text: string | null) => Jwt.parse(text),
    'static bool TryParseJwt(this string input, out Jwt result)': tryParse((text) => Jwt.parse(text)),
    'static BasicAuthCredentials AsBasic(this string input)': (text: string | null) => BasicCredentials.parse(text),
    'static bool TryParseBasic(this string input, out BasicAuthCredentials result)': tryParse((text) =>
      BasicCredentials.parse(text),
    ),
  },
});
