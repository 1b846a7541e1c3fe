import test from 'ava';
import { UserError } from '../../gateway/errors.ts';
import { checkGateway, startGateway } from '../../gateway/start.ts';
import { folderWith, policies, startBackend } from '../support/gateway.ts';

const api = { id: 'a', path: 'a', operations: [{ id: 'get', method: 'GET', urlTemplate: '/' }] };

async function refusal(t: Parameters<typeof startBackend>[0], files: Record<string, string>): Promise<string[]> {
  const directory = await folderWith(t, files);
  const config = {
    apis: [{ ...api, policy: 'api.xml' }],
    fragments: Object.fromEntries(
      Object.keys(files)
        .filter((name) => name.includes('/'))
        .map((name) => [name, name]),
    ),
  };
  const error = await t.throwsAsync(checkGateway(config, { directory }), { instanceOf: UserError });
  return error.message.split('\n');
}

test('everything that is not executed is refused at once: document, line and name', async (t) => {
  const lines = await refusal(t, {
    'api.xml': `<policies>
  <inbound>
    <base />
    <xml-to-json kind="direct" apply="always" />
    <set-header name="a" exist-action="skip"><value>x</value></set-header>
    <choose>
      <when condition="@(context.NoSuchThing)">
        <set-body template="liquid">{{body.x}}</set-body>
      </when>
    </choose>
    <validate-content unspecified-content-type-action="prevent" max-size="10" size-exceeded-action="prevent">
      <content type="application/json" validate-as="json" action="prevent" />
    </validate-content>
  </inbound>
  <backend><forward-request timeout="1" timeout-ms="5" http-version="2" /></backend>
  <outbound><rewrite-uri template="/x" />
    <set-header name="Content-Length"><value>1</value></set-header></outbound>
</policies>`,
  });
  t.deepEqual(
    lines.map((line) => line.replace(/^(api\.xml:7: when: condition: ).*/, '$1…')),
    [
      'api.xml:4: the policy xml-to-json is not one that this gateway executes',
      'api.xml:5: set-header: the attribute exist-action is not one that this gateway executes',
      'api.xml:7: when: condition: …',
      'api.xml:8: set-body: template="liquid" is not executed by this gateway',
      'api.xml:11: validate-content: unspecified-content-type-action="prevent" is not executed by this gateway',
      'api.xml:12: validate-content: the element content is not one that this gateway executes here',
      'api.xml:15: forward-request: either timeout or timeout-ms, not both',
      'api.xml:15: forward-request: the attribute http-version is not one that this gateway executes',
      'api.xml:16: rewrite-uri is not allowed in outbound',
      "api.xml:17: set-header can't change Content-Length",
    ],
  );
});

test('missing and wrong attributes are told with what is expected', async (t) => {
  const lines = await refusal(t, {
    'api.xml': policies({
      inbound: `<rate-limit calls="many" renewal-period="301" />
<rate-limit calls="1" renewal-period="1" />
<quota calls="1" renewal-period="1" />
<quota-by-key calls="1" renewal-period="299" counter-key="k" />
<retry condition="maybe" count="51" />
<set-backend-service backend-id="nowhere" />
<ip-filter action="deny"><address>1.2.3</address></ip-filter>
<set-variable name="x" value="{{missing}}" />
<cors allow-credentials="true"><allowed-origins><origin>*</origin></allowed-origins></cors>
<set-method />stray
<choose><otherwise /></choose>`,
    }),
  });
  t.deepEqual(lines, [
    'api.xml:1: rate-limit: calls="many" must be a whole number of 1 or more',
    'api.xml:1: rate-limit: renewal-period="301" must be a whole number from 1 to 300',
    'api.xml:2: rate-limit is allowed only once in a policy document',
    'api.xml:3: quota is not allowed at the api scope',
    'api.xml:4: quota-by-key: renewal-period="299" must be 0, or 300 or more',
    'api.xml:5: retry: condition="maybe" must be true or false',
    'api.xml:5: retry: count="51" must be a whole number from 1 to 50',
    'api.xml:5: retry: the attribute interval is missing',
    "api.xml:6: set-backend-service: there is no backend 'nowhere'",
    'api.xml:7: ip-filter: action="deny" must be allow, forbid',
    "api.xml:7: ip-filter: '1.2.3' is not an IP address",
    "api.xml:8: there is no named value 'missing'",
    'api.xml:9: cors: with allow-credentials="true" the allowed origins can not be *',
    'api.xml:10: inbound: no text is expected between the policies',
    'api.xml:10: set-method: the method is missing',
    'api.xml:11: choose: the element when is missing',
  ]);
});

test('children in another order than that of API Management are refused', async (t) => {
  const lines = await refusal(t, {
    'api.xml': policies({
      inbound: `<validate-jwt header-name="Authorization"><audiences><audience>a</audience></audiences>
<openid-config url="https://issuer.example/config" /></validate-jwt>
<rate-limit calls="1" renewal-period="1"><operation id="get" calls="1" renewal-period="1" />
<api id="a" calls="1" renewal-period="1" /></rate-limit>
<send-request response-variable-name="r"><set-body>x</set-body>
<set-url>https://a.example</set-url>
<set-method>POST</set-method></send-request>
<choose><otherwise />
<when condition="true" /></choose>
<return-response><set-body>x</set-body><set-header name="a"><value>1</value></set-header>
<set-status code="200" /></return-response>`,
    }),
  });
  t.deepEqual(lines, [
    'api.xml:2: validate-jwt: openid-config must come before audiences',
    'api.xml:4: rate-limit: api must come before operation',
    'api.xml:6: send-request: set-url must come before set-body',
    'api.xml:7: send-request: set-method must come before set-body',
    'api.xml:9: choose: when must come before otherwise',
    'api.xml:10: return-response: set-header must come before set-body',
    'api.xml:11: return-response: set-status must come before set-body',
  ]);
});

test('fragments: a missing one, one in another, one that is none', async (t) => {
  t.deepEqual(
    await refusal(t, {
      'api.xml': policies({
        inbound: '<include-fragment fragment-id="f/a.xml" />\n<include-fragment fragment-id="nope" />',
      }),
      'f/a.xml': '<fragment>\n<include-fragment fragment-id="f/b.xml" />\n<base />\n</fragment>',
      'f/b.xml': '<policies />',
    }),
    [
      "f/b.xml:1: a fragment's root element is fragment, not policies",
      'f/a.xml:2: include-fragment: a fragment can not include another one',
      'f/a.xml:3: base is not allowed in a fragment',
      "api.xml:2: include-fragment: there is no fragment 'nope'",
    ],
  );
});

test('documents that are no policy documents', async (t) => {
  t.deepEqual(await refusal(t, { 'api.xml': '<fragment />' }), [
    "api.xml:1: a policy document's root element is policies, not fragment",
  ]);
  t.deepEqual(await refusal(t, { 'api.xml': '<policies>\n<incoming /></policies>' }), [
    'api.xml:2: incoming is no section; inbound, backend, outbound and on-error are',
  ]);
  t.regex((await refusal(t, { 'api.xml': '<policies>\n<inbound>' }))[0]!, /^api\.xml:2: not well-formed XML: /);
  t.deepEqual(await refusal(t, {}), ["api.xml:1: the file can't be read (ENOENT)"]);
});

test('a port in use is told, and nothing stays behind', async (t) => {
  const backend = await startBackend(t);
  const port = Number(new URL(backend.url).port);
  await t.throwsAsync(startGateway({ apis: [api] }, { port }), {
    instanceOf: UserError,
    message: `127.0.0.1:${port}: the port is in use`,
  });
});
