import path from 'node:path';
import test from 'ava';
import { readConfiguration } from '../../gateway/config.ts';
import { UserError } from '../../gateway/errors.ts';
import { folderWith } from '../support/gateway.ts';

async function mistakes(t: Parameters<typeof folderWith>[0], yaml: string): Promise<string[]> {
  const file = path.join(await folderWith(t, { 'gateway.yaml': yaml }), 'gateway.yaml');
  const error = await t.throwsAsync(readConfiguration(file), { instanceOf: UserError });
  return error.message.split('\n').map((line) => line.replace(`${file}: `, ''));
}

test('every mistake is one line with its path and what is expected', async (t) => {
  t.deepEqual(
    await mistakes(
      t,
      `listen: { port: 70000 }
unknown: 1
namedValues: { a: { value: x, env: Y } }
apis:
  - { id: a, path: /x, operations: [ { id: o, method: get, urlTemplate: x } ] }
  - { id: b, path: y, serviceUrl: 'ftp://x', operations: [] }
  - { id: b, path: z, operations: [] }
subscriptions:
  - { id: s, scope: nothing, primaryKey: k, state: on }
`,
    ),
    [
      'listen.port must be a valid port',
      'namedValues.a contains a conflict between exclusive peers [value, env]',
      'apis[0].path must be a path without a slash at either end',
      'apis[0].operations[0].urlTemplate must start with /',
      'apis[1].serviceUrl must be a valid uri with a scheme matching the http|https pattern',
      'apis[2] repeats what item 1 has: id',
      'subscriptions[0].scope must be product/ID, api/ID or all',
      'subscriptions[0].state must be one of [active, suspended, submitted, rejected, cancelled, expired]',
      'unknown is not a key of the gateway (see docs/gateway.md)',
    ],
  );
});

test('names that lead nowhere are told', async (t) => {
  t.deepEqual(
    await mistakes(
      t,
      `namedValues: { a: { env: PENSTOCK_NO_SUCH_VARIABLE } }
apis: [{ id: a, path: a, operations: [] }]
products:
  - { id: p, apis: [a, b], subscriptionRequired: false }
  - { id: q, apis: [a], subscriptionRequired: false }
subscriptions:
  - { id: s, scope: product/r, primaryKey: k }
  - { id: u, scope: api/b, primaryKey: k, user: nobody }
`,
    ),
    [
      'namedValues.a.env: the environment variable PENSTOCK_NO_SUCH_VARIABLE is not set',
      "products[0].apis[1]: there is no API 'b'",
      "products[1].apis[0]: API 'a' is in the open product 'p' already; one is allowed",
      "subscriptions[0].scope: there is no product 'r'",
      "subscriptions[1].scope: there is no API 'b'",
      "subscriptions[1].user: there is no user 'nobody'",
      'subscriptions[1].primaryKey: is the same as subscriptions[0].primaryKey; keys must be unique',
    ],
  );
});

test('a file that is missing or no YAML', async (t) => {
  await t.throwsAsync(readConfiguration('/no/such.yaml'), { message: "/no/such.yaml: can't be read (ENOENT)" });
  t.regex((await mistakes(t, 'a: [1'))[0]!, /^not YAML: /);
});
