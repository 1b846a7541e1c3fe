import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import test from 'ava';
import { type ManualClock, runPolicy, startBackend } from '../../support/gateway.ts';

const secret = Buffer.from('a secret that is long enough for HMAC SHA-256');
const tell = '<set-header name="reason"><value>@(context.LastError.Reason)</value></set-header>';
const keys = `<issuer-signing-keys><key>${secret.toString('base64')}</key></issuer-signing-keys>`;

const seconds = (clock: ManualClock, more = 0) => Math.floor(clock.now() / 1000) + more;

function signed(payload: JWTPayload, key: Parameters<SignJWT['sign']>[0] = secret, header = {}): Promise<string> {
  return new SignJWT(payload).setProtectedHeader({ alg: 'HS256', ...header }).sign(key);
}

const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });

test('validate-jwt: signature, times, audience, issuer and claims', async (t) => {
  const backend = await startBackend(t);
  const { call, clock } = await runPolicy(t, backend, {
    inbound: `<validate-jwt header-name="Authorization" require-scheme="Bearer" clock-skew="10" output-token-variable-name="jwt">
      ${keys}<audiences><audience>me</audience><audience>you</audience></audiences><issuers><issuer>us</issuer></issuers>
      <required-claims><claim name="roles" match="any"><value>read</value><value>write</value></claim>
      <claim name="scp" separator=" "><value>a</value><value>b</value></claim><claim name="sub" /></required-claims></validate-jwt>
      <set-header name="sub"><value>@(((Jwt)context.Variables["jwt"]).Subject)</value></set-header>`,
    'on-error': tell,
  });
  const good = { aud: ['me'], iss: 'us', roles: ['read'], scp: 'b a', sub: 'ann', exp: seconds(clock, 60) };
  const outcome = async (token: string) => {
    const { status, headers } = await call('/test', bearer(token));
    return status === 200 ? 'let in' : `${status} ${headers.reason as string}`;
  };
  t.is(await outcome(await signed(good)), 'let in');
  t.is(backend.received[0]!.headers.sub, 'ann');
  t.is(await outcome(await signed({ ...good, exp: seconds(clock, -9) })), 'let in');
  for (const [change, reason] of [
    [{ exp: seconds(clock, -10) }, 'TokenExpired'],
    [{ exp: undefined }, 'JwtInvalid'],
    [{ nbf: seconds(clock, 11) }, 'JwtInvalid'],
    [{ aud: 'they' }, 'TokenAudienceNotAllowed'],
    [{ iss: 'them' }, 'TokenIssuerNotAllowed'],
    [{ sub: undefined }, 'TokenClaimNotFound'],
    [{ roles: ['delete'] }, 'TokenClaimValueNotAllowed'],
    [{ scp: 'a' }, 'TokenClaimValueNotAllowed'],
  ] as const) {
    t.is(await outcome(await signed({ ...good, ...change })), `401 ${reason}`, JSON.stringify(change));
  }
  t.is(
    await outcome(await signed(good, Buffer.from('another secret that is long enough, too'))),
    '401 TokenSignatureInvalid',
  );
  t.is(await outcome(new UnsecuredJWT(good).encode()), '401 TokenSignatureInvalid');
  t.is(await outcome('nonsense'), '401 JwtInvalid');
});

test('validate-jwt: what the caller is told', async (t) => {
  const backend = await startBackend(t);
  const standard = await runPolicy(t, backend, {
    inbound: `<validate-jwt header-name="Authorization">${keys}</validate-jwt>`,
  });
  t.is((await standard.call('/test')).text, '{ "statusCode": 401, "message": "JWT not present." }');
  t.is((await standard.call('/test', bearer('x.y.z'))).text, '{ "statusCode": 401, "message": "Invalid JWT." }');
  const configured = await runPolicy(t, backend, {
    inbound: `<validate-jwt query-parameter-name="t" failed-validation-httpcode="403" failed-validation-error-message="No.">${keys}</validate-jwt>`,
  });
  t.is((await configured.call('/test')).text, '{ "statusCode": 403, "message": "No." }');
  const token = await signed({ exp: seconds(configured.clock, 60) });
  t.is((await configured.call(`/test?t=${token}`)).status, 200);
});

test('validate-jwt: keys of an OpenID configuration are kept, and fetched again for an unknown key after five minutes', async (t) => {
  const backend = await startBackend(t);
  const [first, second] = [await generateKeyPair('RS256'), await generateKeyPair('RS256')];
  const published = [{ ...(await exportJWK(first.publicKey)), kid: 'one' }];
  const issuer = await startBackend(t, ({ url }, response) =>
    response.end(
      JSON.stringify(
        url === '/keys' ? { keys: published } : { issuer: 'https://issuer.example', jwks_uri: `${issuer.url}/keys` },
      ),
    ),
  );
  const { call, clock } = await runPolicy(t, backend, {
    inbound: `<validate-jwt header-name="Authorization"><openid-config url="${issuer.url}/config" /></validate-jwt>`,
    'on-error': tell,
  });
  const payload = { iss: 'https://issuer.example', exp: seconds(clock, 3600) };
  const token = (pair: typeof first, kid: string) => signed(payload, pair.privateKey, { alg: 'RS256', kid });
  for (let i = 0; i < 3; i++) t.is((await call('/test', bearer(await token(first, 'one')))).status, 200);
  t.is(issuer.received.length, 2);

  published.push({ ...(await exportJWK(second.publicKey)), kid: 'two' });
  const early = await call('/test', bearer(await token(second, 'two')));
  t.like(early, { status: 401, headers: { reason: 'TokenSignatureKeyNotFound' } });
  t.is(issuer.received.length, 2);
  clock.advance(300_000);
  t.is((await call('/test', bearer(await token(second, 'two')))).status, 200);
  t.is(issuer.received.length, 4);

  t.is((await call('/test', bearer(await token(second, 'one')))).headers.reason, 'TokenSignatureInvalid');
  const publicAsSecret = Buffer.from(JSON.stringify(published[0]));
  const forged = await signed(payload, publicAsSecret, { kid: 'one' });
  t.is((await call('/test', bearer(forged))).headers.reason, 'TokenSignatureInvalid');
});

test('validate-azure-ad-token: the tenant, the client application and the audience', async (t) => {
  const backend = await startBackend(t);
  const tenant = '11111111-2222-3333-4444-555555555555';
  const pair = await generateKeyPair('RS256');
  const key = { ...(await exportJWK(pair.publicKey)), kid: 'one' };
  const entra = await startBackend(t, ({ url }, response) =>
    response.end(
      JSON.stringify(
        url === '/keys' ? { keys: [key] } : { issuer: `${entra.url}/${tenant}/v2.0`, jwks_uri: `${entra.url}/keys` },
      ),
    ),
  );
  const { call, clock } = await runPolicy(
    t,
    backend,
    {
      inbound: `<validate-azure-ad-token tenant-id="${tenant}"><client-application-ids><application-id>app</application-id></client-application-ids>
        <audiences><audience>api://scoring</audience></audiences></validate-azure-ad-token>`,
      'on-error': tell,
    },
    { settings: { entraAuthority: entra.url } },
  );
  const good = {
    iss: `${entra.url}/${tenant}/v2.0`,
    tid: tenant,
    aud: 'api://scoring',
    azp: 'app',
    exp: seconds(clock, 60),
  };
  const reason = async (change: object) => {
    const token = await signed({ ...good, ...change }, pair.privateKey, { alg: 'RS256', kid: 'one' });
    return (await call('/test', bearer(token))).headers.reason;
  };
  t.is(await reason({}), undefined);
  t.is(await reason({ iss: `https://sts.windows.net/${tenant}/` }), undefined, 'a version 1 token');
  const other = '99999999-2222-3333-4444-555555555555';
  t.is(await reason({ tid: other, iss: `https://sts.windows.net/${other}/` }), 'TokenIssuerNotAllowed');
  t.is(await reason({ azp: 'other' }), 'TokenClaimValueNotAllowed');
  t.is(await reason({ aud: 'api://else' }), 'TokenAudienceNotAllowed');
  t.is((await call('/test')).headers.reason, 'TokenNotPresent');
  t.is(entra.received[0]!.url, `/${tenant}/v2.0/.well-known/openid-configuration`);
});
