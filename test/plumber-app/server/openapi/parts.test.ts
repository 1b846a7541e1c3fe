import test from 'ava';
import fc from 'fast-check';
import { publicBase } from '../../../../plumber-app/server/openapi/base.ts';
import { toOpenApi30 } from '../../../../plumber-app/server/openapi/dialect.ts';
import { schemaLike } from '../../../../plumber-app/server/openapi/infer.ts';
import { printTree, readTree, valueOf } from '../../../../plumber-app/server/openapi/tree.ts';

test('a JSON text that is read and printed stays as it was written', (t) => {
  const text = '{"b":[1.0,1e5,-0,"\\u00e9\\/[{\\"",true,null,[],{}],"404":{"é":12345678901234567890},"200":"x"}';
  t.is(printTree(readTree(text)), text);
  t.is(printTree(readTree(' { "a" : [ 1 , 2 ] } ')), '{"a":[1,2]}');
  t.throws(() => readTree('{"a":}'), { instanceOf: SyntaxError });
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      t.deepEqual(valueOf(readTree(JSON.stringify(value))), JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('the address under which the caller sees the service', (t) => {
  const base = (headers: Record<string, string>, isEncrypted = false) => publicBase({ headers, isEncrypted });
  t.is(base({ host: 'localhost:8000' }), 'http://localhost:8000');
  t.is(base({ host: '[::1]:8000' }, true), 'https://[::1]:8000');
  const forwarded = { host: 'pod', 'x-forwarded-host': 'api.example.com, proxy', 'x-forwarded-proto': 'https' };
  t.is(base(forwarded), 'https://api.example.com');
  t.is(base({ ...forwarded, 'x-forwarded-prefix': '/boston/' }), 'https://api.example.com/boston');
  t.is(base({ ...forwarded, 'x-forwarded-port': '8443' }), 'https://api.example.com:8443');
  t.is(base({ ...forwarded, 'x-forwarded-port': '443' }), 'https://api.example.com');
  t.is(base({}), '');
  for (const host of ['evil.com/x', 'a b', 'x"y', '<b>', '']) {
    t.is(base({ host }), '');
    t.is(base({ host: 'good', 'x-forwarded-host': host }), 'http://good');
  }
  t.is(base({ host: 'good', 'x-forwarded-prefix': '/"><script>' }), 'http://good');
  t.is(base({ host: 'good', 'x-forwarded-proto': 'javascript' }), 'http://good');
});

test('a JSON Schema in the words of OpenAPI 3.0', (t) => {
  t.deepEqual(toOpenApi30(true), {});
  t.deepEqual(toOpenApi30(false), { not: {} });
  t.deepEqual(toOpenApi30({ type: 'null' }), { nullable: true, enum: [null] });
  t.deepEqual(toOpenApi30({ anyOf: [{ type: 'string' }, { type: 'null' }] }), { type: 'string', nullable: true });
  t.deepEqual(toOpenApi30({ type: 'array' }), { type: 'array', items: {} });
  t.deepEqual(toOpenApi30({ type: 'number', maximum: 3, exclusiveMaximum: 2, required: [] }), {
    type: 'number',
    maximum: 2,
    exclusiveMaximum: true,
  });
  const recursive = {
    properties: { left: { $ref: '#' }, right: { anyOf: [{ $ref: '#' }, { $ref: '#/properties' }] } },
  };
  t.notThrows(() => JSON.stringify(toOpenApi30(recursive)));
});

test('the schema of examples says what they have in common', (t) => {
  t.deepEqual(schemaLike([[1, 2.5], []]), { type: 'array', items: { type: 'number' } });
  t.deepEqual(schemaLike([[1, 'NA']]), { type: 'array', items: {} });
  t.deepEqual(
    schemaLike([
      [
        { a: 1, b: null },
        { a: 2, c: true },
      ],
    ]),
    {
      type: 'array',
      items: { type: 'object', properties: { a: { type: 'number' }, b: {}, c: { type: 'boolean' } } },
    },
  );
  t.deepEqual(schemaLike(['x', null]), { type: 'string', nullable: true });
});
