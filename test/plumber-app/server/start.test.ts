import test from 'ava';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../../service/errors.ts';
import { api, serve } from '../../support/server.ts';

test('a syntax error is shown with R’s message, its file and line', async (t) => {
  const error = await t.throwsAsync(serve(t, api('syntax-error')), { instanceOf: UserError });
  t.regex(error.message, /cannot load the API in .*syntax-error:\n.*plumber\.R:6:1: unexpected '}'/);
});

test('what R says in a warning only is shown too: the file that is not there, or not in UTF-8', async (t) => {
  const refusal = async (source: string) => {
    const directory = await mkdtemp(join(tmpdir(), 'penstock-test-'));
    t.teardown(() => rm(directory, { recursive: true }));
    await writeFile(join(directory, 'plumber.R'), source, 'latin1');
    return (await t.throwsAsync(serve(t, directory), { instanceOf: UserError })).message;
  };
  t.regex(await refusal('model <- readRDS("../shared/model.rds")\n'), /\nWarning: .*'\.\.\/shared\/model\.rds'/);
  t.regex(await refusal('#* @get /\nfunction() "Grüße"\n'), /:\nplumber\.R: .*\nWarning: invalid input .*'plumber\.R'/);
});

test('a missing package is named', async (t) => {
  const error = await t.throwsAsync(serve(t, api('missing-package')), { instanceOf: UserError });
  t.regex(error.message, /there is no package called .notInstalledAnywhere/);
});

test('startup: spawn shows them just as well', async (t) => {
  const spawning = { definition: { startup: 'spawn' as const } };
  const error = await t.throwsAsync(serve(t, api('syntax-error'), spawning), { instanceOf: UserError });
  t.regex(error.message, /plumber\.R:6:1: unexpected '}'/);
});

test('an entry point that returns no router, and a directory without any API, are told', async (t) => {
  const noRouter = await t.throwsAsync(serve(t, api('no-router')), { instanceOf: UserError });
  t.regex(noRouter.message, /must return a runnable Plumber router/);
  const noApi = await t.throwsAsync(serve(t, join(api('wire'), 'files')), { instanceOf: UserError });
  t.regex(noApi.message, /No plumber\.R file found/);
  const nothing = await t.throwsAsync(serve(t, api('wire'), { directory: '/nowhere' }), { instanceOf: UserError });
  t.is(nothing.message, 'there is no directory /nowhere');
});

test('entrypoint.R wins over plumber.R, runs in its own directory and may do without documentation', async (t) => {
  const { get } = await serve(t, api('entrypoint'));
  t.is((await get('/answer')).text, '["from the entry point"]');
  t.is((await get('/there')).text, '[true]');
  t.is((await get('/openapi.json')).status, 404);
});

test('a plumber.R that runs its router itself is served where it is told to be, and ends in good order', async (t) => {
  const { get, log, server } = await serve(t, api('runs-itself'));
  t.is((await get('/')).text, '["self"]');
  await server.close();
  t.deepEqual(
    log.filter(({ msg, worker }) => worker && /Error|connection|Running/.test(msg ?? '')),
    [],
  );
});

test('R missing from the PATH is told', async (t) => {
  const error = await t.throwsAsync(serve(t, api('wire'), { env: { PATH: '/nowhere' } }), { instanceOf: UserError });
  t.regex(error.message, /^R is not on the PATH/);
});

test('a missing plumber package is told', async (t) => {
  const empty = await mkdtemp(join(tmpdir(), 'penstock-test-'));
  t.teardown(() => rm(empty, { recursive: true }));
  const env = { ...process.env, R_LIBS_SITE: empty, R_LIBS_USER: empty, R_LIBS: empty };
  const error = await t.throwsAsync(serve(t, api('wire'), { env }), { instanceOf: UserError });
  t.regex(error.message, /there is no package called .plumber/);
});

test('R that dies while it loads is quoted with its last lines', async (t) => {
  const error = await t.throwsAsync(serve(t, api('dies-loading')), { instanceOf: UserError });
  t.regex(error.message, /was killed by SIGKILL while it loaded the API in .*dies-loading\n[^]*the last words$/);
});

test('a port in use is named, and nothing is started', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.teardown(() => taken.close());
  const { port } = taken.address() as { port: number };
  for (const options of [{ port }, { adminPort: port }]) {
    const error = await t.throwsAsync(serve(t, api('wire'), options), { instanceOf: UserError });
    t.is(error.message, `port ${port} on 127.0.0.1 is in use: stop what listens there, or choose another port`);
  }
});

test.serial('a start that fails leaves no file behind', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-test-'));
  const before = process.env.TMPDIR;
  process.env.TMPDIR = directory;
  t.teardown(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    return rm(directory, { recursive: true });
  });
  await t.throwsAsync(serve(t, api('syntax-error')));
  t.deepEqual(await readdir(directory), []);
});

test("the directory's .Rprofile holds, as renv needs; a worker compiles what it runs, as R does by itself, and computes with one thread", async (t) => {
  const env: NodeJS.ProcessEnv = { ...process.env, R_ENABLE_JIT: undefined };
  delete env.OMP_NUM_THREADS;
  const { get } = await serve(t, api('profile'), { env });
  t.is((await get('/jit')).text, '[3]');
  t.is((await get('/option')).text, '["from .Rprofile"]');
  t.is((await get('/threads')).text, '["1"]');
});
