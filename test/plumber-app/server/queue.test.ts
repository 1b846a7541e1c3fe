import test from 'ava';
import fc from 'fast-check';
import { Lane, Queue, Waiting } from '../../../plumber-app/server/queue.ts';

class Item extends Waiting {
  readonly id: number;

  constructor(id: number) {
    super();
    this.id = id;
  }
}

function idsOf(lane: Lane<Item>): number[] {
  const ids: number[] = [];
  for (let item = lane.first; item !== undefined; item = item.nextInLane) ids.push(item.id);
  return ids;
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('push' as const), lane: fc.integer({ min: -1, max: 2 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('shift' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hold' as const), which: fc.nat(), time: fc.nat(10) }) },
);

test('a queue and its lanes keep the order of arrival, whoever leaves early or is held back', (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let time = 0;
      const queue = new Queue<Item>({ timeout: undefined, now: () => time, onTimeout: () => undefined });
      const lanes = [new Lane<Item>('a'), new Lane<Item>('b'), new Lane<Item>('c')];
      const all: Item[] = [];
      let waiting: Item[] = [];
      for (const each of steps) {
        time += 1;
        const one = 'which' in each ? all[each.which % all.length] : undefined;
        if (each.do === 'push') {
          const item = new Item(all.length);
          item.lane = lanes[each.lane];
          all.push(item);
          waiting.push(item);
          queue.push(item);
        } else if (each.do === 'shift') {
          const free = waiting.find((item) => item.heldUntil <= time);
          if (free === undefined && waiting.length > 0) {
            t.is(queue.untilNext(), Math.min(...waiting.map((item) => item.heldUntil)) - time);
          }
          t.is(queue.shift(), free);
          waiting = waiting.filter((item) => item !== free);
        } else if (one === undefined) continue;
        else if (each.do === 'remove') {
          queue.remove(one);
          waiting = waiting.filter((item) => item !== one);
        } else one.heldUntil = time + each.time;
        t.is(queue.length, waiting.length);
        t.is(queue.first, waiting[0]);
        for (const lane of lanes) {
          const expected = waiting.filter((item) => item.lane === lane).map(({ id }) => id);
          t.deepEqual(idsOf(lane), expected);
          t.is(lane.length, expected.length);
        }
      }
      t.deepEqual(queue.drain(), waiting);
      t.is(queue.length, 0);
    }),
    { numRuns: 200 },
  );
});

test('what has waited too long leaves, in order, and what has not stays', async (t) => {
  let time = 0;
  const late: number[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const queue = new Queue<Item>({
    timeout: 20,
    now: () => time,
    onTimeout: ({ id }) => {
      late.push(id);
      if (late.length === 2) resolve();
    },
  });
  queue.push(new Item(1));
  queue.push(new Item(2));
  time = 15;
  queue.push(new Item(3));
  time = 20;
  await promise;
  t.deepEqual(late, [1, 2]);
  t.is(queue.first?.id, 3);
  queue.drain();
});
