import joi from 'joi';
import { isChannelName } from '../releases/channel.ts';
import { UserError } from '../service/errors.ts';
import { parseSchedule, type Schedule } from './schedule.ts';

/** The app settings of this Functions app, read and checked once. */
export interface Settings {
  /** The URL of the container that holds the releases and the channels. */
  readonly store: string;
  /** The URL of the container that keeps what warm-ups and probes found. */
  readonly results: string;
  /** The channels to look after; each names its service. */
  readonly channels: readonly string[];
  /** Where API Management answers; a service's API is at `<gateway>/<service>`. */
  readonly gateway: string;
  /** A subscription key of the `internal` product. */
  readonly key: string;
  readonly probeSchedule: Schedule;
  readonly warmSchedule: Schedule;
}

/** The settings by name, with what each is: the words of the messages and of docs/functions.md. */
export const settingMeanings = {
  PENSTOCK_STORE: 'the URL of the container with the releases',
  PENSTOCK_RESULTS: 'the URL of the container for the results of warm-ups and probes',
  PENSTOCK_CHANNELS: 'the channels to look after, comma separated',
  PENSTOCK_GATEWAY: "the gateway's URL, https://api.example.com",
  PENSTOCK_KEY: 'a subscription key of the internal product',
  PROBE_SCHEDULE: 'when to probe, six NCRONTAB fields',
  WARM_SCHEDULE: 'when to warm up, six NCRONTAB fields',
  PROMOTION_QUEUE: 'the storage queue that promotions are put on',
} as const;

type SettingName = keyof typeof settingMeanings;

const url = joi.string().uri({ scheme: ['http', 'https'] });
const schedule = joi.string().custom((value: string) => parseSchedule(value));

const checks: Record<SettingName, joi.Schema> = {
  PENSTOCK_STORE: url,
  PENSTOCK_RESULTS: url,
  PENSTOCK_CHANNELS: joi.string().custom((value: string) => {
    const names = value.split(',').map((name) => name.trim());
    const isGood = names.every(isChannelName) && new Set(names).size === names.length;
    if (!isGood) throw new UserError(`expected distinct channel names, got "${value}"`);
    return names;
  }),
  PENSTOCK_GATEWAY: url,
  PENSTOCK_KEY: joi.string(),
  PROBE_SCHEDULE: schedule,
  WARM_SCHEDULE: schedule,
  // https://learn.microsoft.com/rest/api/storageservices/naming-queues-and-metadata
  PROMOTION_QUEUE: joi.string().pattern(/^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/),
};

const schema = joi.object(checks).unknown(true).options({ presence: 'required', abortEarly: false });

/**
 * Reads the app settings.
 *
 * @throws UserError naming every setting that is missing or wrong, and what it should be. Values are not shown: one is a key.
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const result: joi.ValidationResult<Record<SettingName, unknown>> = schema.validate(environment, {
    stripUnknown: true,
  });
  if (result.error) throw new UserError(result.error.details.map(describe).join('; '));
  const { value } = result;
  return {
    store: withoutSlash(value.PENSTOCK_STORE),
    results: withoutSlash(value.PENSTOCK_RESULTS),
    channels: value.PENSTOCK_CHANNELS as string[],
    gateway: withoutSlash(value.PENSTOCK_GATEWAY),
    key: value.PENSTOCK_KEY as string,
    probeSchedule: value.PROBE_SCHEDULE as Schedule,
    warmSchedule: value.WARM_SCHEDULE as Schedule,
  };
}

function describe({ path, type, context }: joi.ValidationErrorItem): string {
  const name = String(path[0]) as SettingName;
  const meaning = settingMeanings[name];
  if (type === 'any.required' || type === 'string.empty') return `app setting ${name} is missing: ${meaning}`;
  // What a check of ours has thrown.
  if (context?.error instanceof UserError) return `app setting ${name}: ${context.error.message}`;
  return `app setting ${name} is not ${meaning}`;
}

function withoutSlash(value: unknown): string {
  return String(value).replace(/\/+$/, '');
}
