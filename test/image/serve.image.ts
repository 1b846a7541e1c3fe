import test, { type ExecutionContext } from 'ava';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promote } from '../../releases/promote.ts';
import { publish } from '../../releases/publish.ts';
import { openStore } from '../../releases/store.ts';
import { startAzurite } from '../support/azurite.ts';
import { exampleRelease } from '../support/example.ts';
import { freePort } from '../support/ports.ts';
import { call, until } from '../support/server.ts';
import { exampleImage, serverImage } from './support/build.ts';
import { type Container, startContainer } from './support/container.ts';
import { type Load, startLoad } from './support/load.ts';
import { run } from './support/process.ts';

const headers = { 'Content-Type': 'application/json' };

interface Boston {
  readonly rows: readonly object[];
  /** What R's own predict says of each, as Plumber prints numbers. */
  readonly predicted: readonly number[];
}

/** All of MASS::Boston, predicted by the R of this machine. */
async function boston(): Promise<Boston> {
  const script = `
    model <- readRDS("${join(await exampleRelease(), 'model.rds')}")
    suppressMessages(library(randomForest))
    rows <- MASS::Boston[names(MASS::Boston) != "medv"]
    cat('{"rows":', jsonlite::toJSON(rows, digits = NA), ',"predicted":', jsonlite::toJSON(unname(predict(model, rows)), digits = 4), '}')`;
  return JSON.parse(await run('Rscript', ['-e', script])) as Boston;
}

function score(container: Container, rows: readonly object[]) {
  return call(container.port, '/score', { method: 'POST', headers, body: JSON.stringify({ df: rows }) });
}

test.serial('the baked-in service scores every row as R does, in one call and in 506', async (t) => {
  const container = await startContainer(t, await exampleImage(), { options: ['--memory', '1g', '--cpus', '2'] });
  const { rows, predicted } = await boston();
  t.is(rows.length, 506);
  const whole = await score(container, rows);
  t.is(whole.status, 200, whole.text);
  t.deepEqual(whole.json(), predicted);
  const single: number[] = [];
  for (let at = 0; at < rows.length; at += 46) {
    const answers = await Promise.all(rows.slice(at, at + 46).map((row) => score(container, [row])));
    single.push(...answers.flatMap((answer) => answer.json() as number[]));
  }
  t.deepEqual(single, predicted);
});

test.serial('the container becomes healthy by its own check', async (t) => {
  const container = await startContainer(t, await exampleImage(), {
    options: ['--health-interval', '1s'],
    environment: { PENSTOCK_ADMIN_PORT: String(await freePort()) },
  });
  await until(async () => (await container.inspect('{{.State.Health.Status}}')) === 'healthy');
  t.pass();
});

test.serial('what dies inside is replaced and leaves no zombie', async (t) => {
  const container = await startContainer(t, await exampleImage(), { options: ['--cpus', '2'] });
  const { rows } = await boston();
  const isR = ({ command }: { command: string }) => command.includes('--file=/opt/penstock/R/host.R');
  const before = (await container.processes()).filter(isR).map(({ pid }) => pid);
  t.true(before.length >= 2, 'a host and its workers');
  // The R that has loaded the model: its workers, which it forked, are orphans now.
  const host = Math.min(...before);
  await container.exec(`kill -s KILL ${host}`);
  await until(async () => {
    const now = (await container.processes()).filter(isR).map(({ pid }) => pid);
    return now.length >= 2 && !now.includes(host);
  });
  await until(async () => (await score(container, rows.slice(0, 1))).status === 200);
  await until(async () => (await container.processes()).every(({ state }) => !state.startsWith('Z')));
  t.is(await container.inspect('{{.RestartCount}} {{.State.Running}}'), '0 true');
});

test.serial('a soft stop under load answers everything that was asked', async (t) => {
  const container = await startContainer(t, await exampleImage(), { options: ['--cpus', '2'] });
  const load = await startScoring(t, container);
  await until(() => load.answered > 200);
  await run('docker', ['stop', '--time', '30', container.id]);
  t.is(await container.ended, 0);
  await load.finished;
  t.deepEqual(load.lost, []);
  t.deepEqual([...load.statuses.keys()], [200]);
});

async function startScoring(t: ExecutionContext, container: Container): Promise<Load> {
  const { rows } = await boston();
  const load = startLoad(container.port, 8, (turn) => ({
    path: '/score',
    body: JSON.stringify({ df: [rows[turn % rows.length]] }),
  }));
  t.teardown(() => load.stop());
  return load;
}

test.serial('a release is pulled at start, and another one promoted while it serves loses no request', async (t) => {
  const azurite = await startAzurite();
  t.teardown(() => azurite.stop());
  const store = openStore(azurite.storeUrl);
  const { manifest: first } = await publish(store, await exampleRelease());
  await promote(store, first.id, 'production');

  const container = await startContainer(t, await serverImage(), {
    options: ['--cpus', '2', '--memory', '2g'],
    environment: { PENSTOCK_STORE: azurite.storeUrl, PENSTOCK_CHANNEL: 'production' },
  });
  const { rows, predicted } = await boston();
  const answer = await score(container, rows);
  t.deepEqual(answer.json(), predicted);
  t.deepEqual(answer.all('x-penstock-release'), [first.id]);

  const directory = await mkdtemp(join(tmpdir(), 'penstock-image-test-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  await cp(await exampleRelease(), directory, { recursive: true });
  const code = await readFile(join(directory, 'plumber.R'), 'utf8');
  await writeFile(join(directory, 'plumber.R'), code.replace('predict(model,', '2 * predict(model,'));
  await rm(join(directory, 'probes/first-ten.expected.json'));
  const yaml = await readFile(join(directory, 'service.yaml'), 'utf8');
  await writeFile(
    join(directory, 'service.yaml'),
    yaml.replace(/^ *expect: .*\n/m, '').replace(/^ *tolerance: .*\n/m, ''),
  );
  const { manifest: second } = await publish(store, directory);

  const load = await startScoring(t, container);
  await until(() => load.answered > 100);
  await promote(store, second.id, 'production');
  await call(container.adminPort, '/refresh', { method: 'POST' });
  await until(async () => {
    const status = (await call(container.adminPort, '/status')).json() as { release: string };
    return status.release === second.id;
  });
  const after = load.answered;
  await until(() => load.answered > after + 100);
  await load.stop();
  t.deepEqual(load.lost, []);
  t.deepEqual([...load.statuses.keys()], [200]);

  const [doubled] = (await score(container, rows.slice(0, 1))).json() as number[];
  t.true(Math.abs((doubled ?? 0) - 2 * (predicted[0] ?? 0)) < 1e-3);
});
