import test from 'ava';
import { execFile } from 'node:child_process';
import { symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { penstock } from '../support/penstock.ts';
import { directoryOf } from '../support/releases.ts';
import { api } from '../support/server.ts';

test('serving needs a directory, or a store with a channel, and not both', async (t) => {
  const neither = await penstock(['serve']);
  t.is(neither.code, 1);
  t.is(neither.stderr, 'penstock: nothing to serve: expected a directory, or --store with --channel\n');
  const both = await penstock(['serve', api('wire'), '--channel', 'x']);
  t.is(both.stderr, 'penstock: expected a directory, or --store with --channel, but not both\n');
  const noStore = await penstock(['serve', '--channel', 'x']);
  t.regex(noStore.stderr, /^penstock: no store: /);
});

test('a store in the environment does not stand in the way of a directory', async (t) => {
  const { code, stderr } = await penstock(['serve', '/nowhere'], { PENSTOCK_STORE: 'http://127.0.0.1:1/a/releases' });
  t.is(code, 1);
  t.is(stderr, 'penstock: /nowhere is not a directory; one with a plumber.R is expected\n');
});

test('a port in use and one that is none are named', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const used = await penstock(['serve', api('wire'), '--port', String(port), '--admin-port', '0']);
  taken.close();
  t.is(used.code, 1);
  t.is(used.stderr, `penstock: port ${port} on 127.0.0.1 is in use: stop what listens there, or choose another port\n`);
  const none = await penstock(['serve', api('wire'), '--port', '70000']);
  t.is(none.code, 2);
  t.regex(none.stderr, /A port is a whole number from 0 to 65535/);
});

test('R’s message for an API that cannot be loaded is the command’s last word', async (t) => {
  const { code, stderr } = await penstock(['serve', api('syntax-error'), '--port', '0', '--admin-port', '0']);
  t.is(code, 1);
  t.regex(
    stderr,
    /penstock: R cannot load the API in .*syntax-error:\nplumber\.R:6:1: unexpected '}'\n5: {3}1 \+\n6: }\n {3}\^\n$/,
  );
});

test('R is told of its files in a folder whose name has a space, too', async (t) => {
  const here = join(await directoryOf(t), 'my models');
  await symlink(join(import.meta.dirname, '../..'), here);
  const node = ['--preserve-symlinks', '--preserve-symlinks-main', join(here, 'cli/main.ts')];
  const serve = ['serve', api('syntax-error'), '--port', '0', '--admin-port', '0'];
  const ended = promisify(execFile)(process.execPath, [...node, ...serve]);
  await t.throwsAsync(ended, { message: /plumber\.R:6:1: unexpected '}'/ });
});
