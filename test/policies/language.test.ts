import test from 'ava';
import fc from 'fast-check';
import { clientCertificate, validateEntraToken } from '../../policies/language/backend.ts';
import { base, choose, retry } from '../../policies/language/control.ts';
import { policyDocument } from '../../policies/language/document.ts';
import { quota, rateLimit } from '../../policies/language/limits.ts';
import { setHeader, setVariable } from '../../policies/language/messages.ts';
import { expr, namedValue } from '../../policies/language/text.ts';
import { compiledWith } from '../support/expression.ts';

test('what API Management would refuse is refused when the document is written, by policy and attribute', (t) => {
  const refusals: [() => unknown, RegExp][] = [
    [
      () => rateLimit({ calls: 1, renewalPeriod: 301 }),
      /rate-limit renewal-period: expected a whole number from 1 to 300, got 301/,
    ],
    [() => rateLimit({ calls: 0, renewalPeriod: 60 }), /rate-limit calls/],
    [() => quota({ calls: 1, renewalPeriod: 60 }), /quota renewal-period: expected a whole number of at least 300/],
    [() => quota({ renewalPeriod: 300 }), /quota: expected calls or bandwidth/],
    [() => retry(expr`true`, { count: 51, interval: 1 }, []), /retry count: expected a whole number from 1 to 50/],
    [() => retry(expr`true`, { count: 1, interval: 1, maxInterval: 9 }, []), /retry: expected delta/],
    [() => choose([]), /choose: expected at least one branch/],
    [() => setHeader('', 'x'), /set-header name: expected a text/],
    [() => clientCertificate(''), /certificate-id/],
    [() => validateEntraToken({ tenantId: 'x', audiences: [] }), /at least one audience/],
    [() => namedValue('a b'), /named value "a b"/],
  ];
  for (const [refused, message] of refusals) t.throws(refused, { message });
});

test('a section that is left out inherits, at every scope but the global one', (t) => {
  t.is(policyDocument('api', { inbound: [base()] }).match(/<base \/>/g)?.length, 4);
  t.notRegex(policyDocument('global', {}), /<base/);
});

test('a policy where API Management does not allow it does not compile', (t) => {
  // @ts-expect-error -- rate-limit is for inbound
  policyDocument('api', { outbound: [rateLimit({ calls: 1, renewalPeriod: 60 })] });
  // @ts-expect-error -- quota is for products
  policyDocument('api', { inbound: [quota({ calls: 1, renewalPeriod: 300 })] });
  // @ts-expect-error -- the global document inherits from nothing
  policyDocument('global', { inbound: [base()] });
  t.pass();
});

test('what is put into an expression comes out as the same C# value, whatever it is', async (t) => {
  const evaluate = await compiledWith();
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      return evaluate(expr`${text}`.source) === text;
    }),
  );
  for (const value of [true, false, 7, -1, 3_000_000_000]) t.is(Number(evaluate(expr`${value}`.source)), Number(value));
});

test('quotes, angle brackets and line ends survive the XML', (t) => {
  const xml = policyDocument('api', { inbound: [setVariable('v', expr`"<a & b>\n" + 'x'`)] });
  t.regex(xml, /value="@\(&quot;&lt;a &amp; b&gt;\\n&quot; \+ 'x'\)"/);
});
