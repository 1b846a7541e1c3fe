import { hostname } from 'node:os';
import joi from 'joi';
import { isChannelName } from '../releases/channel.ts';
import { UserError } from '../service/errors.ts';
import type { Origin } from './envelopes.ts';
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
  /** Where results are reported; undefined: nowhere. */
  readonly insights: Insights | undefined;
}

/** An Application Insights resource, and who we are to it. */
export interface Insights {
  readonly endpoint: string;
  readonly origin: Origin;
  /** The managed identity that signs in; undefined where the instrumentation key is enough. */
  readonly identity: { readonly clientId?: string } | undefined;
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

/** Those that an app runs without. */
export const optionalMeanings = {
  APPLICATIONINSIGHTS_CONNECTION_STRING:
    'the connection string of Application Insights, InstrumentationKey=…;IngestionEndpoint=https://…',
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'how to sign in there: Authorization=AAD, or Authorization=AAD;ClientId=…',
} as const;

type SettingName = keyof typeof settingMeanings | keyof typeof optionalMeanings;

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
  APPLICATIONINSIGHTS_CONNECTION_STRING: joi.string().empty('').custom(readConnectionString).optional(),
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: joi.string().empty('').custom(readAuthentication).optional(),
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
    insights: insightsOf(
      value.APPLICATIONINSIGHTS_CONNECTION_STRING as Connection | undefined,
      value.APPLICATIONINSIGHTS_AUTHENTICATION_STRING as Insights['identity'],
      environment,
    ),
  };
}

interface Connection {
  readonly instrumentationKey: string;
  readonly endpoint: string;
}

/** WEBSITE_… and REGION_NAME are set by Azure itself. */
function insightsOf(
  connection: Connection | undefined,
  identity: Insights['identity'],
  environment: Readonly<Record<string, string | undefined>>,
): Insights | undefined {
  if (connection === undefined) return undefined;
  const { endpoint, instrumentationKey } = connection;
  const origin: Origin = {
    instrumentationKey,
    role: environment.WEBSITE_SITE_NAME ?? 'penstock-functions',
    instance: environment.WEBSITE_INSTANCE_ID ?? hostname(),
    location: environment.REGION_NAME ?? 'here',
  };
  return { endpoint, origin, identity };
}

/** https://learn.microsoft.com/azure/azure-monitor/app/connection-strings */
function readConnectionString(text: string): Connection {
  const parts = readPairs(text);
  const instrumentationKey = parts.get('instrumentationkey') ?? '';
  const suffix = parts.get('endpointsuffix');
  const fallback = suffix === undefined ? 'https://dc.services.visualstudio.com' : `https://dc.${suffix}`;
  const endpoint = (parts.get('ingestionendpoint') ?? fallback).replace(/\/+$/, '');
  const isGood = /^[0-9a-f-]{36}$/i.test(instrumentationKey) && URL.canParse(endpoint);
  if (!isGood) throw new UserError(`expected ${optionalMeanings.APPLICATIONINSIGHTS_CONNECTION_STRING}`);
  const { protocol, hostname: host } = new URL(endpoint);
  // A token goes there.
  if (protocol !== 'https:' && !/^(127\.\d+\.\d+\.\d+|localhost)$/.test(host)) {
    throw new UserError('expected an IngestionEndpoint with https');
  }
  return { instrumentationKey, endpoint };
}

/** https://learn.microsoft.com/azure/azure-functions/functions-app-settings#applicationinsights_authentication_string */
function readAuthentication(text: string): Insights['identity'] {
  const parts = readPairs(text);
  if (parts.get('authorization')?.toUpperCase() !== 'AAD') {
    throw new UserError(`expected ${optionalMeanings.APPLICATIONINSIGHTS_AUTHENTICATION_STRING}`);
  }
  const clientId = parts.get('clientid');
  return clientId === undefined ? {} : { clientId };
}

function readPairs(text: string): Map<string, string> {
  return new Map(
    text
      .split(';')
      .filter((pair) => pair.trim() !== '')
      .map((pair) => {
        const [name = '', ...value] = pair.split('=');
        return [name.trim().toLowerCase(), value.join('=').trim()];
      }),
  );
}

function describe({ path, type, context }: joi.ValidationErrorItem): string {
  const name = String(path[0]) as SettingName;
  const meaning = { ...settingMeanings, ...optionalMeanings }[name];
  if (type === 'any.required' || type === 'string.empty') return `app setting ${name} is missing: ${meaning}`;
  // What a check of ours has thrown.
  if (context?.error instanceof UserError) return `app setting ${name}: ${context.error.message}`;
  return `app setting ${name} is not ${meaning}`;
}

function withoutSlash(value: unknown): string {
  return String(value).replace(/\/+$/, '');
}
