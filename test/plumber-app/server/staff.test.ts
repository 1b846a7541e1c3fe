import test from 'ava';
import fc from 'fast-check';
import type { Slot } from '../../../plumber-app/server/r/slot.ts';
import type { Worker } from '../../../plumber-app/server/r/worker.ts';
import { Staff, type Workshop } from '../../../plumber-app/server/staff.ts';

type AnySlot = Slot<Worker>;

/** Slots that others use, too; every slot is either idle, lent to us, or with somebody else. */
class Shop implements Workshop {
  readonly idle: AnySlot[] = [];
  readonly lent = new Set<AnySlot>();
  readonly claims = new Set<(slot: AnySlot | undefined) => void>();
  isOver = false;

  takeSpare(): AnySlot | undefined {
    return this.#lend(this.idle.pop());
  }

  claim(take: (slot: AnySlot | undefined) => void): () => void {
    const slot = this.isOver ? undefined : this.#lend(this.idle.pop());
    if (slot !== undefined || this.isOver) take(slot);
    else this.claims.add(take);
    return () => this.claims.delete(take);
  }

  giveBack(slot: AnySlot): void {
    if (!this.lent.delete(slot)) throw new Error('given back, but not lent');
    const [next] = this.claims;
    if (next === undefined) return void this.idle.push(slot);
    this.claims.delete(next);
    next(this.#lend(slot));
  }

  end(): void {
    this.isOver = true;
    for (const take of this.claims) take(undefined);
    this.claims.clear();
  }

  #lend(slot: AnySlot | undefined): AnySlot | undefined {
    if (slot !== undefined) this.lent.add(slot);
    return slot;
  }
}

const work = fc.record({ isUsable: fc.boolean(), fails: fc.integer({ min: 0, max: 5 }).map((n) => n === 0) });

test('every worker is given back exactly once, whatever becomes of the calls, and serves one call at a time', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 0, max: 3 }),
      fc.array(work, { maxLength: 12 }),
      fc.option(fc.nat(12), { nil: undefined }),
      async (scheduler, others, works, endsAfter) => {
        const slots = Array.from({ length: others + 1 }, (_, name) => ({ name }) as unknown as AnySlot);
        const shop = new Shop();
        const [given, ...rest] = slots as [AnySlot, ...AnySlot[]];
        shop.lent.add(given);
        shop.idle.push(...rest);
        const staff = new Staff(given, shop);
        const busy = new Set<AnySlot>();
        let done = 0;
        const ends = works.map(({ isUsable, fails }) =>
          staff
            .lend(async (slot) => {
              t.false(busy.has(slot));
              t.true(shop.lent.has(slot));
              busy.add(slot);
              await scheduler.schedule(Promise.resolve());
              busy.delete(slot);
              done += 1;
              if (done === endsAfter) shop.end();
              if (fails) throw new Error('it fails');
              return { result: 'done', isUsable };
            })
            .catch(() => 'failed'),
        );
        await scheduler.waitFor(Promise.all(ends));
        const results = await Promise.all(ends);
        if (endsAfter === undefined || endsAfter === 0) t.false(results.includes(undefined));
        staff.dismiss();
        staff.dismiss();
        t.is(shop.lent.size, 0);
        t.is(shop.claims.size, 0);
        t.is(new Set(shop.idle).size, slots.length);
        t.is(shop.idle.length, slots.length);
      },
    ),
    { numRuns: 500 },
  );
});

test('what is to spare is given back, also when the work fails', async (t) => {
  for (const fails of [false, true]) {
    const shop = new Shop();
    const slots = Array.from({ length: 3 }, (_, name) => ({ name }) as unknown as AnySlot);
    shop.lent.add(slots[0]!);
    shop.idle.push(...slots.slice(1));
    const staff = new Staff(slots[0]!, shop);
    const used = staff.lendSpare((all) => {
      t.is(all.length, 3);
      return fails ? Promise.reject(new Error('it fails')) : Promise.resolve({ result: 'done', isUsable: true });
    });
    await (fails ? t.throwsAsync(used) : used);
    t.is(await staff.lend(() => Promise.resolve({ result: 'again', isUsable: true })), 'again');
    staff.dismiss();
    t.is(new Set(shop.idle).size, 3);
    t.is(shop.idle.length, 3);
  }
});
