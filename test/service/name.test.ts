import test from 'ava';
import fc from 'fast-check';
import { isServiceName, serviceNameOf } from '../../service/name.ts';
import { nearest } from '../../service/nearest.ts';

test('a service is named by a DNS label', (t) => {
  for (const name of ['a', 'boston-housing', '3d', 'x'.repeat(63)]) t.true(isServiceName(name), name);
  for (const name of ['', '-a', 'a-', 'A', 'a_b', 'a.b', 'a/b', 'x'.repeat(64)]) t.false(isServiceName(name), name);
});

test("the directory's name becomes a label", (t) => {
  t.is(serviceNameOf('/models/Boston Housing_v2'), 'boston-housing-v2');
  t.is(serviceNameOf('/models/Précision/'), 'precision');
  t.is(serviceNameOf('/models/___'), 'service');
  t.is(serviceNameOf('/'), 'service');
});

test('any directory gives a valid name', (t) => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (name) => isServiceName(serviceNameOf(`/models/x${name}`))));
  t.pass();
});

test('a slip of the pen finds the word that was meant', (t) => {
  const keys = ['timeout', 'queue', 'queueTimeout', 'body', 'workerMemory'];
  t.is(nearest('timeot', keys), 'timeout');
  t.is(nearest('queuetimeout', keys), 'queueTimeout');
  t.is(nearest('bdoy', keys), 'body');
  t.is(nearest('replicas', keys), undefined);
});
