import test from 'ava';
import { shown, thrown } from '../../support/expressions.ts';

/** Of C=US, ST=Washington, O=Contoso, Ltd, CN=a=b "c", which signed it itself; its key is gone. */
const base64 = [
  'MIIB2zCCAYKgAwIBAgIDChssMAoGCCqGSM49BAMCMEsxCzAJBgNVBAYTAlVTMRMwEQYDVQQIDApXYXNoaW5ndG9uMRUwEwYDVQQK',
  'DAxDb250b3NvLCBMdGQxEDAOBgNVBAMMB2E9YiAiYyIwIBcNMjYxMTI3MDgyOTU3WhgPMjEyNjExMDMwODI5NTdaMEsxCzAJBgNV',
  'BAYTAlVTMRMwEQYDVQQIDApXYXNoaW5ndG9uMRUwEwYDVQQKDAxDb250b3NvLCBMdGQxEDAOBgNVBAMMB2E9YiAiYyIwWTATBgcq',
  'hkjOPQIBBggqhkjOPQMBBwNCAARQwJZf2OJYIQ2a4+4OFaxg38K0BP6qoEvwsvdvDlv2LH5TuwCq8/a6aF9kNzw1CIrTQa098cd2',
  'chxPC5nDTgPgo1MwUTAdBgNVHQ4EFgQUD0Cu5G2WwPdM9oPfIwgRQJOLKZgwHwYDVR0jBBgwFoAUD0Cu5G2WwPdM9oPfIwgRQJOL',
  'KZgwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiB0GfQnV6zgYbcrEcKAVad4+ThBCEyIP8DHQOLt8BgybgIgHCsb',
  'PSODPzqXxI3/dwKMt8ULpSTGotkYaR1qQycSmPc=',
].join('');
const certificate = `-----BEGIN CERTIFICATE-----\n${base64.match(/.{1,64}/g)!.join('\n')}\n-----END CERTIFICATE-----\n`;
const name = 'CN="a=b ""c""", O="Contoso, Ltd", S=Washington, C=US';

test("the caller's certificate has .NET's properties", (t) => {
  const rows = [
    ['Subject', `String ${name}`],
    ['Issuer', `String ${name}`],
    ['SubjectName.Name', `String ${name}`],
    ['IssuerName.Name == "x"', 'Boolean False'],
    ['Thumbprint', 'String EE00AECB71047AB18FD06E5B1A628740D178BF43'],
    ['GetCertHash()[1]', 'Byte 0'],
    ['SerialNumber', 'String 0A1B2C'],
    ['NotBefore.ToString("o")', 'String 2026-11-27T08:29:57.0000000Z'],
    ['NotAfter.Year', 'Int32 2126'],
    ['Verify()', 'Boolean True'],
    ['VerifyNoRevocation()', 'Boolean True'],
    ['HasPrivateKey', 'Boolean False'],
    ['RawData.Length', 'Int32 479'],
  ];
  for (const [member, result] of rows)
    t.is(shown(`context.Request.Certificate.${member}`, { certificate }), result!, member);
  t.is(shown('context.Request.Certificate == null'), 'Boolean True');
  t.is(shown('context.Request.Certificate?.Thumbprint ?? "none"'), 'String none');
});

test('a certificate is read from the bytes of a header', (t) => {
  const read = 'new X509Certificate2(Convert.FromBase64String(context.Request.Headers.GetValueOrDefault("c")))';
  const sample = { headers: ['c', base64] };
  t.is(shown(`${read}.SerialNumber`, sample), 'String 0A1B2C');
  t.is(shown(`${read}.Equals(context.Request.Certificate)`, { ...sample, certificate }), 'Boolean True');
  t.regex(thrown(`@(${read}.Verify())`, sample), /^NotSupportedException: The local gateway verifies the caller/);
  t.is(thrown('@(new X509Certificate2(new byte[3]))'), 'CryptographicException: Cannot find the requested object.');
});

test('certificates of the deployment are looked up by their id', (t) => {
  t.is(shown('context.Deployment.Certificates.Any(c => c.Value.Thumbprint == "X")'), 'Boolean False');
  t.is(shown('context.Deployment.Certificates.ContainsKey("a")'), 'Boolean False');
});
