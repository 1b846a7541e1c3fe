import { pino, type Logger } from 'pino';
import { isMistake } from '../mistake.ts';
import type { FromPart, ToPart } from './part-protocol.ts';

/** A part that runs: what to tell the stack, how to answer its requests, how to stop. */
export interface RunningPart {
  readonly ready: unknown;
  answer?(request: never): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * The main function of a part's process: starts it with the options that the stack sends, and stops it when the stack
 * says so or is gone. Logs are JSON lines on standard output.
 */
export function runPart<Options>(start: (options: Options, logger: Logger) => Promise<RunningPart>): void {
  const logger = pino({ base: undefined });
  const send = (message: FromPart) => {
    if (process.connected) process.send?.(message);
  };
  let running: Promise<RunningPart> | undefined;

  const stop = async () => {
    const part = await running?.catch(() => undefined);
    await part?.close();
    process.exit(0);
  };
  process.once('disconnect', () => void stop());

  process.on('message', (message: ToPart) => {
    if (message.type === 'start') {
      running = start(message.options as Options, logger);
      running.then(
        ({ ready }) => send({ type: 'ready', ready }),
        (error: unknown) => {
          const mistake = isMistake(error);
          const text = mistake ? error.message : ((error as Error).stack ?? String(error));
          send({ type: 'failed', message: text, mistake });
        },
      );
    } else if (message.type === 'ask') {
      const { id, request } = message;
      running
        ?.then((part) => part.answer?.(request as never))
        .then(
          (answer) => send({ type: 'answer', id, answer }),
          (error: unknown) => send({ type: 'answer', id, error: (error as Error).message }),
        );
    } else void stop();
  });
}
