import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../service/errors.ts';
import type { Milliseconds } from '../../service/units.ts';
import type { AppSettings } from './app-settings.ts';

/** What the local host reads of `host.json`, with the defaults of the real one. */
export interface HostConfiguration {
  readonly routePrefix: string;
  readonly queues: QueueOptions;
}

/** https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue#hostjson-settings */
export interface QueueOptions {
  readonly messageEncoding: 'base64' | 'none';
  /** Messages taken at once. */
  readonly batchSize: number;
  /** More are taken when so many or fewer are in hand. */
  readonly newBatchThreshold: number;
  /** How often a message is tried before it goes to the poison queue. */
  readonly maxDequeueCount: number;
  /** The pause before a failed message is tried again. */
  readonly visibilityTimeout: Milliseconds;
  /** The longest pause between two looks into an empty queue. */
  readonly maxPollingInterval: Milliseconds;
}

/**
 * Reads `host.json` and the app settings that override it (`AzureFunctionsJobHost__extensions__queues__batchSize`).
 *
 * @throws UserError when the file is missing, is not JSON, or holds a value that the real host would refuse.
 */
export async function readHostJson(appDir: string, settings: AppSettings): Promise<HostConfiguration> {
  const file = join(appDir, 'host.json');
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UserError(`${appDir} is no built functions app: it has no host.json`);
  });
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file} is not JSON: ${(error as Error).message}`);
  }
  const valueOf = (path: string): unknown =>
    override(settings, path) ??
    path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], written);
  const refuse = (path: string, expected: string): never => {
    throw new UserError(`${file}: ${path} is ${JSON.stringify(valueOf(path))}, expected ${expected}`);
  };
  const integer = (path: string, fallback: number, from: number, to: number): number => {
    const value = Number(valueOf(path) ?? fallback);
    return Number.isInteger(value) && value >= from && value <= to ? value : refuse(path, `${from} to ${to}`);
  };
  const span = (path: string, fallback: Milliseconds): Milliseconds => {
    const value = valueOf(path);
    if (value === undefined) return fallback;
    if (typeof value === 'number') return value;
    const parsed = typeof value === 'string' ? parseTimeSpan(value) : undefined;
    return parsed ?? refuse(path, 'a time span, "00:00:30"');
  };
  const string = (path: string, fallback: string): string => {
    const value = valueOf(path) ?? fallback;
    return typeof value === 'string' ? value : refuse(path, 'a string');
  };

  if (valueOf('version') !== '2.0') refuse('version', '"2.0"');
  const queues = 'extensions.queues';
  const encoding = string(`${queues}.messageEncoding`, 'base64').toLowerCase();
  const batchSize = integer(`${queues}.batchSize`, 16, 1, 32);
  return {
    routePrefix: string('extensions.http.routePrefix', 'api'),
    queues: {
      messageEncoding:
        encoding === 'base64' || encoding === 'none'
          ? encoding
          : refuse(`${queues}.messageEncoding`, '"base64" or "none"'),
      batchSize,
      newBatchThreshold: integer(`${queues}.newBatchThreshold`, Math.floor(batchSize / 2), 0, 1000),
      maxDequeueCount: integer(`${queues}.maxDequeueCount`, 5, 1, 1000),
      visibilityTimeout: span(`${queues}.visibilityTimeout`, 0),
      maxPollingInterval: span(`${queues}.maxPollingInterval`, 60_000),
    },
  };
}

function override(settings: AppSettings, path: string): string | undefined {
  const wanted = `azurefunctionsjobhost__${path.replaceAll('.', '__')}`.toLowerCase();
  const name = Object.keys(settings).find((key) => key.toLowerCase() === wanted);
  return name === undefined ? undefined : settings[name];
}

/** `hh:mm:ss`, with days (`1.00:00:00`) and fractions (`00:00:00.5`), as .NET writes a time span. */
export function parseTimeSpan(text: string): Milliseconds | undefined {
  const match = /^(?:(\d+)\.)?(\d{1,2}):(\d{1,2}):(\d{1,2}(?:\.\d{1,7})?)$/.exec(text);
  if (!match) return undefined;
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
  ];
  return hours > 23 || minutes > 59 || seconds >= 60
    ? undefined
    : (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}
