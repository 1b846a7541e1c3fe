import test from 'ava';
import fc from 'fast-check';
import { contains, forStorage, overlap, parseAddress, parseRange, withMask } from '../../infra/cidr.ts';

const octet = fc.integer({ min: 0, max: 255 });

test('an address is the number of its bytes', (t) => {
  fc.assert(
    fc.property(octet, octet, octet, octet, (a, b, c, d) => {
      return parseAddress([a, b, c, d].join('.')) === ((a * 256 + b) * 256 + c) * 256 + d;
    }),
  );
  t.is(parseAddress('1.2.3'), undefined);
  t.is(parseAddress('256.0.0.1'), undefined);
  t.is(parseAddress('01.2.3.4'), undefined);
});

test('a range is its addresses, and no bits behind its mask', (t) => {
  t.deepEqual(parseRange('10.0.0.0/30'), { first: 167772160, last: 167772163, bits: 30 });
  t.is(parseRange('10.0.0.1/30'), undefined);
  t.is(parseRange('10.0.0.0/33'), undefined);
  t.true(contains(parseRange('10.0.0.0/8')!, parseRange('10.1.0.0/16')!));
  t.true(overlap(parseRange('10.1.0.0/16')!, parseRange('10.0.0.0/8')!));
  t.false(overlap(parseRange('10.1.0.0/16')!, parseRange('10.2.0.0/16')!));
});

test('each firewall gets ranges in the form it takes', (t) => {
  t.is(withMask('203.0.113.9'), '203.0.113.9/32');
  t.deepEqual(forStorage('203.0.113.9/32'), ['203.0.113.9']);
  t.deepEqual(forStorage('203.0.113.8/31'), ['203.0.113.8', '203.0.113.9']);
  t.deepEqual(forStorage('203.0.113.8/29'), ['203.0.113.8/29']);
});
