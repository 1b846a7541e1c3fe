import { startGateway } from '../../../gateway/start.ts';
import { systemClock } from '../../../gateway/clock.ts';
import { runPart } from '../run-part.ts';

export interface GatewayPartOptions {
  /** The gateway's YAML file. */
  readonly file: string;
  readonly port: number;
}

export interface GatewayReady {
  readonly url: string;
}

runPart<GatewayPartOptions>(async ({ file, port }, logger) => {
  const gateway = await startGateway(file, { clock: systemClock, logger, port });
  return { ready: { url: gateway.url } satisfies GatewayReady, close: () => gateway.close() };
});
