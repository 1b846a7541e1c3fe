import { RestError, type DequeuedMessageItem, type QueueClient } from '@azure/storage-queue';
import type { Logger } from 'pino';
import type { Milliseconds } from '../../service/units.ts';
import type { HostClock } from './clock.ts';
import type { QueueOptions } from './host-json.ts';
import type { RpcData } from './protocol.ts';

/** How long a message is hidden from other instances while a function has it; renewed at half of that. */
const lease: Milliseconds = 10 * 60_000;
const shortestPause: Milliseconds = 100;

export interface QueueMessage {
  readonly data: RpcData;
  readonly metadata: Readonly<Record<string, RpcData>>;
}

export interface QueueParts {
  readonly queue: QueueClient;
  readonly poison: QueueClient;
  readonly options: QueueOptions;
  /** Runs the function on a message and says whether it succeeded. */
  readonly run: (message: QueueMessage) => Promise<boolean>;
  readonly clock: HostClock;
  readonly logger: Logger;
}

/**
 * Looks into a queue and runs a function for every message, as the real host does: a message that was handled is deleted, one
 * that failed becomes visible again after the visibility timeout, and after the last try goes to the poison queue. A message
 * that cannot be decoded goes there at once, without a run.
 *
 * @returns how to stop: no message is taken any more, and the promise settles when those in hand are done with.
 */
export function startQueue({ queue, poison, options, run, clock, logger }: QueueParts): { stop(): Promise<void> } {
  const inHand = new Set<Promise<void>>();
  const stop = new AbortController();
  let wake = () => {};
  let failing = false;

  const pause = (duration: Milliseconds) =>
    new Promise<void>((resolve) => {
      const cancel = clock.after(duration, resolve);
      wake = () => {
        cancel();
        resolve();
      };
    });

  const look = async () => {
    let wait = shortestPause;
    while (!stop.signal.aborted) {
      const taken = await take();
      wait = taken > 0 ? shortestPause : Math.min(wait * 2, options.maxPollingInterval);
      if (taken === 0 && !stop.signal.aborted) await pause(wait);
      while (inHand.size > options.newBatchThreshold) await Promise.race(inHand);
    }
  };

  const take = async (): Promise<number> => {
    try {
      const { receivedMessageItems } = await queue.receiveMessages({
        numberOfMessages: options.batchSize,
        visibilityTimeout: lease / 1000,
        abortSignal: stop.signal,
      });
      failing = false;
      for (const message of receivedMessageItems) {
        const handled = handle(message)
          .catch((error: unknown) => logger.error(`queue ${queue.name}: ${(error as Error).message}`))
          .finally(() => inHand.delete(handled));
        inHand.add(handled);
      }
      return receivedMessageItems.length;
    } catch (error) {
      // The queue need not be there yet: whoever puts the first message on it makes it.
      if (stop.signal.aborted) return 0;
      const absent = error instanceof RestError && error.statusCode === 404;
      if (!absent && !failing) logger.warn(`queue ${queue.name} cannot be read: ${(error as Error).message}`);
      failing = !absent;
      return 0;
    }
  };

  const handle = async (message: DequeuedMessageItem) => {
    const text = decode(message.messageText, options.messageEncoding);
    if (text === undefined) {
      logger.warn(`queue ${queue.name}: message ${message.messageId} is not base64 (host.json, messageEncoding)`);
      return moveToPoison(message, message.popReceipt);
    }
    if (message.dequeueCount > options.maxDequeueCount) return moveToPoison(message, message.popReceipt);
    const kept = keep(message);
    const ok = await run({ data: { string: text }, metadata: metadataOf(message, text) });
    const receipt = await kept.release();
    if (ok) await queue.deleteMessage(message.messageId, receipt);
    else if (message.dequeueCount >= options.maxDequeueCount) {
      logger.warn(
        `queue ${queue.name}: message ${message.messageId} failed ${message.dequeueCount} times and goes to ${poison.name}`,
      );
      await moveToPoison(message, receipt);
    } else {
      const seconds = Math.round(options.visibilityTimeout / 1000);
      await queue.updateMessage(message.messageId, receipt, undefined, seconds);
    }
  };

  const moveToPoison = async (message: DequeuedMessageItem, receipt: string) => {
    await poison.createIfNotExists();
    await poison.sendMessage(message.messageText);
    await queue.deleteMessage(message.messageId, receipt);
  };

  /** Keeps a message hidden while it is worked on. */
  const keep = (message: DequeuedMessageItem) => {
    let receipt = message.popReceipt;
    let renewing = Promise.resolve();
    let cancel = () => {};
    const arm = () => {
      cancel = clock.after(lease / 2, () => {
        renewing = queue.updateMessage(message.messageId, receipt, undefined, lease / 1000).then(
          (renewed) => {
            receipt = renewed.popReceipt ?? receipt;
            arm();
          },
          (error: unknown) => logger.warn(`queue ${queue.name}: ${(error as Error).message}`),
        );
      });
    };
    arm();
    return {
      async release() {
        await renewing;
        cancel();
        return receipt;
      },
    };
  };

  const looking = look();
  return {
    async stop() {
      stop.abort();
      wake();
      await looking;
      await Promise.all(inHand);
    },
  };
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

function decode(text: string, encoding: QueueOptions['messageEncoding']): string | undefined {
  if (encoding === 'none') return text;
  const base64 = text.replace(/\s/g, '');
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return undefined;
  try {
    return strictUtf8.decode(Buffer.from(base64, 'base64'));
  } catch {
    return undefined;
  }
}

function metadataOf(message: DequeuedMessageItem, text: string): QueueMessage['metadata'] {
  const json = (value: unknown): RpcData => ({ json: JSON.stringify(value) });
  return {
    QueueTrigger: { string: text },
    Id: json(message.messageId),
    DequeueCount: json(message.dequeueCount),
    PopReceipt: json(message.popReceipt),
    InsertionTime: json(message.insertedOn),
    ExpirationTime: json(message.expiresOn),
    NextVisibleTime: json(message.nextVisibleOn),
  };
}
