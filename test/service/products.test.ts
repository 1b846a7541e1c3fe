import test from 'ava';
import { UserError } from '../../service/errors.ts';
import { products, type ProductOverrides } from '../../service/products.ts';

const limits = (overrides?: ProductOverrides) =>
  products(overrides).map(({ name, callsPerMinute, callsPerDay }) => [name, callsPerMinute, callsPerDay]);

test('there are three products, and internal has no limit', (t) => {
  t.deepEqual(limits(), [
    ['standard', 1_200, 100_000],
    ['trial', 60, 1_000],
    ['internal', undefined, undefined],
  ]);
});

test('an environment changes a limit, removes one, or adds a product', (t) => {
  t.deepEqual(
    limits({
      standard: { callsPerMinute: 600 },
      trial: { callsPerDay: null, callsPerMinute: 'none' },
      'gold-plus': { callsPerMinute: 9 },
      silver: null,
    }),
    [
      ['standard', 600, 100_000],
      ['trial', undefined, undefined],
      ['internal', undefined, undefined],
      ['gold-plus', 9, undefined],
      ['silver', undefined, undefined],
    ],
  );
  t.is(products({ 'gold-plus': null }).at(-1)?.displayName, 'Gold plus');
});

test('every mistake in the overrides is named with its place', (t) => {
  const wrong = { standard: { callsPerMinute: 0, callPerDay: 3 }, Gold: null, trial: 7 } as unknown as ProductOverrides;
  const error = t.throws(() => products(wrong), { instanceOf: UserError });
  t.deepEqual(error.message.split('\n').sort(), [
    'products.Gold: expected a name of lower-case letters, digits and inner hyphens',
    'products.standard.callPerDay: unknown key; known are displayName, description, callsPerMinute and callsPerDay',
    'products.standard.callsPerMinute: expected a whole number of calls, at least 1, or none',
    'products.trial: expected a product with its limits, such as callsPerMinute: 600',
  ]);
});
