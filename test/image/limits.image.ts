import test, { type ExecutionContext } from 'ava';
import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, until } from '../support/server.ts';
import { build } from './support/build.ts';
import { type Container, startContainer } from './support/container.ts';

const greedy = join(import.meta.dirname, 'apis/greedy');

interface Status {
  readonly workers: readonly { readonly pid: number; readonly state: string }[];
}

async function status(container: Container): Promise<Status> {
  return (await call(container.adminPort, '/status')).json() as Status;
}

/** The image of the greedy service, with these lines added to its definition. */
async function greedyImage(t: ExecutionContext, lines: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-image-test-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  await cp(greedy, directory, { recursive: true });
  await appendFile(join(directory, 'service.yaml'), lines);
  return (await build(directory)).image;
}

function keep(container: Container, megabytes: number) {
  return call(container.port, `/keep?mb=${megabytes}`, { method: 'POST' });
}

for (const [cpus, workers] of [
  ['1', 1],
  ['1.5', 1],
  ['2', 2],
] as const) {
  const possible = availableParallelism() >= Number(cpus);
  (possible ? test.serial : test.skip)(
    `a limit of ${cpus} CPUs is ${workers} R workers, each with one thread`,
    async (t) => {
      const container = await startContainer(t, await greedyImage(t, ''), { options: ['--cpus', cpus] });
      await until(async () => (await status(container)).workers.length === workers);
      const threads = (await call(container.port, '/threads')).json() as { openmp: number[] };
      t.deepEqual(threads.openmp, [1]);
    },
  );
}

test.serial('a worker over the memory limit of the service is replaced, the container stays', async (t) => {
  const image = await greedyImage(t, 'workers: 1\nlimits: { workerMemory: 300mb }\n');
  const container = await startContainer(t, image, { options: ['--memory', '1g', '--memory-swap', '1g'] });
  const [before] = (await status(container)).workers;
  t.is((await keep(container, 400)).text, 'kept');
  await until(async () => {
    const { workers } = await status(container);
    return workers.length > 0 && workers.every(({ pid }) => pid !== before?.pid);
  });
  t.is((await call(container.port, '/hello')).text, 'hello');
  t.is(await container.inspect('{{.State.Running}} {{.State.OOMKilled}} {{.RestartCount}}'), 'true false 0');
});

test.serial(
  "a worker that goes over the container's memory is killed alone: its caller learns, the next one is served",
  async (t) => {
    const image = await greedyImage(t, 'workers: 1\n');
    const container = await startContainer(t, image, { options: ['--memory', '600m', '--memory-swap', '600m'] });
    const pid = await container.inspect('{{.State.Pid}}');
    const answer = await keep(container, 900);
    t.is(answer.status, 502, answer.text);
    await until(async () => (await call(container.port, '/hello')).text === 'hello');
    t.is(await container.inspect('{{.State.Running}} {{.State.Pid}} {{.RestartCount}}'), `true ${pid} 0`);
  },
);
