import { hostname } from 'node:os';
import { ChannelSource } from '../../../plumber-app/server/channel.ts';
import { startScoringServer } from '../../../plumber-app/server/serve.ts';
import { openStore } from '../../../releases/store.ts';
import { runPart } from '../run-part.ts';

export interface ServerPartOptions {
  readonly store: string;
  readonly channel: string;
  /** Where pulled releases are kept. */
  readonly cache: string;
  /** Variables that R has beside our own. */
  readonly env: Readonly<Record<string, string>>;
}

export interface ServerReady {
  readonly url: string;
  readonly adminUrl: string;
  readonly release: string | undefined;
}

runPart<ServerPartOptions>(async ({ store, channel, cache, env }, logger) => {
  const opened = openStore(store, { logger });
  const source = new ChannelSource(opened, channel, cache);
  const server = await startScoringServer({
    ...(await source.first()),
    source,
    replica: { store: opened, pod: hostname() },
    port: 0,
    adminPort: 0,
    env: { ...process.env, ...env },
    logger,
  });
  const url = (port: number) => `http://127.0.0.1:${port}`;
  return {
    ready: { url: url(server.port), adminUrl: url(server.adminPort), release: server.release } satisfies ServerReady,
    close: () => server.close(),
  };
});
