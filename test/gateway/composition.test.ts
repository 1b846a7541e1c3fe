import test from 'ava';
import { policies, runGateway, startBackend } from '../support/gateway.ts';

const mark = (name: string) =>
  `<set-variable name="trail" value="@(context.Variables.GetValueOrDefault<string>("trail", "") + "${name} ")" />`;
const tell = '<set-header name="trail"><value>@((string)context.Variables["trail"])</value></set-header>';

async function trail(t: Parameters<typeof startBackend>[0], files: Record<string, string>): Promise<unknown> {
  const backend = await startBackend(t);
  const { call } = await runGateway(
    t,
    {
      policy: 'global.xml',
      fragments: { part: 'part.xml' },
      namedValues: { name: 'named', twice: '{{name}}', code: '@(1 + 2)' },
      apis: [
        {
          id: 'a',
          path: 'a',
          serviceUrl: backend.url,
          policy: 'api.xml',
          operations: [{ id: 'get', method: 'GET', urlTemplate: '/', policy: 'operation.xml' }],
        },
      ],
      products: [{ id: 'p', apis: ['a'], subscriptionRequired: false, policy: 'product.xml' }],
    },
    {
      'global.xml': policies({ inbound: mark('global'), outbound: tell }),
      'product.xml': policies({ inbound: `${mark('product')}<base />` }),
      'api.xml': policies({ inbound: `<base />${mark('api')}` }),
      'operation.xml': policies({ inbound: `${mark('before')}<base />${mark('after')}` }),
      'part.xml': `<fragment>${mark('fragment')}</fragment>`,
      ...files,
    },
  );
  return (await call('/a')).headers.trail;
}

test("each scope's base is the next wider scope: operation, API, product, global", async (t) => {
  t.is(await trail(t, {}), 'before product global api after');
});

test('without base nothing is inherited', async (t) => {
  t.is(await trail(t, { 'api.xml': policies({ inbound: mark('api') }) }), 'before api after');
});

test('a section that a document leaves out is inherited', async (t) => {
  t.is(await trail(t, { 'api.xml': policies({}) }), 'before product global after');
});

test('an empty section inherits nothing', async (t) => {
  t.is(await trail(t, { 'operation.xml': policies({ inbound: mark('x'), outbound: '' }) }), undefined);
});

test('base may stand twice and inside other policies', async (t) => {
  const inbound = '<base /><choose><when condition="@(true)"><base /></when></choose>';
  t.is(await trail(t, { 'operation.xml': policies({ inbound }) }), 'product global api product global api');
});

test('a fragment runs in its place', async (t) => {
  const inbound = `${mark('before')}<include-fragment fragment-id="part" />${mark('after')}`;
  t.is(await trail(t, { 'operation.xml': policies({ inbound }) }), 'before fragment after');
});

test('named values are put in as text, not recursively, in literals and expressions; one may be an expression', async (t) => {
  const inbound = `<set-variable name="trail" value="@("{{name}}" + " {{name}}".ToUpper())" />
    <set-variable name="{{name}}-literal" value="[{{twice}}]" /><set-variable name="code" value="{{code}}" />
    <set-variable name="trail" value="@(context.Variables["trail"] + " " + context.Variables["named-literal"] + context.Variables["code"])" />`;
  t.is(await trail(t, { 'operation.xml': policies({ inbound }) }), 'named NAMED [{{name}}]3');
});

test('a backend section without forward-request answers an empty 200', async (t) => {
  const backend = await startBackend(t);
  const { call } = await runGateway(
    t,
    {
      policy: 'global.xml',
      apis: [
        {
          id: 'a',
          path: 'a',
          serviceUrl: backend.url,
          subscriptionRequired: false,
          operations: [{ id: 'get', method: 'GET', urlTemplate: '/' }],
        },
      ],
    },
    { 'global.xml': '<policies><inbound /><backend /><outbound /><on-error /></policies>' },
  );
  const answer = await call('/a');
  t.deepEqual([answer.status, answer.text, backend.received.length], [200, '', 0]);
});
