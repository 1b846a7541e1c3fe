import { PassThrough } from 'node:stream';
import test from 'ava';
import { progressBar } from '../../cli/progress.ts';

test('the bar names size and file from its first line on; without anybody who looks there is none', (t) => {
  const shownOn = (isTTY: boolean) => {
    const stream = Object.assign(new PassThrough(), { isTTY });
    const { onProgress, done } = progressBar('publishing', false, stream);
    onProgress({ bytes: 0, totalBytes: 2 ** 21, file: 'model.rds' });
    done();
    return String(stream.read() ?? '');
  };
  t.regex(shownOn(true), /publishing .*0% of 2\.0 MB {2}model\.rds/);
  t.notRegex(shownOn(true), /[{}]/);
  t.is(shownOn(false), '');
});
