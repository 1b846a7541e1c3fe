import test from 'ava';
import fc from 'fast-check';
import { UserError } from '../../service/errors.ts';
import { formatDuration, formatSize, parseDuration, parseSize, readableSize } from '../../service/units.ts';

test('durations are read in milliseconds', (t) => {
  t.is(parseDuration('0ms'), 0);
  t.is(parseDuration('10s'), 10_000);
  t.is(parseDuration('1m'), 60_000);
  t.is(parseDuration('1.5H'), 5_400_000);
  t.is(parseDuration(' 250 ms '), 250);
});

test('sizes are read in bytes, a kilobyte being 1,024', (t) => {
  t.is(parseSize('512kb'), 512 * 1024);
  t.is(parseSize('16mb'), 16 * 1024 ** 2);
  t.is(parseSize('16MiB'), 16 * 1024 ** 2);
  t.is(parseSize('2GB'), 2 * 1024 ** 3);
  t.is(parseSize('100b'), 100);
});

test('a number without a unit is refused, and the message shows what is expected', (t) => {
  t.throws(() => parseDuration(10), {
    instanceOf: UserError,
    message: 'a duration with its unit, such as 500ms, 10s, 1m or 1h is expected (got 10)',
  });
  t.throws(() => parseDuration('10'), { instanceOf: UserError });
  t.throws(() => parseSize(16), {
    instanceOf: UserError,
    message: 'a size with its unit, such as 512kb, 16mb or 2gb is expected (got 16)',
  });
  t.throws(() => parseSize('16'), { instanceOf: UserError });
});

test('what is no amount is refused', (t) => {
  for (const wrong of [
    '',
    's',
    '-1s',
    '1e3s',
    '1 0s',
    '10sec',
    '1s2',
    'ten s',
    null,
    undefined,
    {},
    '99999999999999999h',
  ]) {
    t.throws(() => parseDuration(wrong), { instanceOf: UserError }, JSON.stringify(wrong));
  }
  for (const wrong of ['mb', '-1mb', '1eb', '1mbs', '1 gbit', [], true]) {
    t.throws(() => parseSize(wrong), { instanceOf: UserError }, JSON.stringify(wrong));
  }
});

test('every amount is written so that it is read back as it was', (t) => {
  const amounts = fc.nat({ max: 2 ** 50 });
  fc.assert(fc.property(amounts, (duration) => parseDuration(formatDuration(duration)) === duration));
  fc.assert(fc.property(amounts, (size) => parseSize(formatSize(size)) === size));
  t.is(formatDuration(90_000), '90s');
  t.is(formatSize(16 * 1024 ** 2), '16mb');
  t.is(formatSize(1000), '1000b');
});

test('any text is either read as a whole amount or refused with a UserError', (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d{1,8}(\.\d{1,4})? ?(ms|s|m|h|kb|mb|gb|b)?$/)), (text) => {
      for (const parse of [parseDuration, parseSize]) {
        try {
          const amount = parse(text);
          if (!Number.isSafeInteger(amount) || amount < 0) return false;
        } catch (error) {
          if (!(error instanceof UserError)) return false;
        }
      }
      return true;
    }),
  );
  t.pass();
});

test('a size for people has its unit and one decimal at most', (t) => {
  t.is(readableSize(0), '0 B');
  t.is(readableSize(812), '812 B');
  t.is(readableSize(1_500_000), '1.4 MB');
  t.is(readableSize(2 * 1024 ** 3), '2 GB');
});
