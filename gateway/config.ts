import { readFile } from 'node:fs/promises';
import path from 'node:path';
import Joi from 'joi';
import { parse as parseYaml } from 'yaml';
import { UserError } from './errors.ts';
import { fixedTokens, type IdentityConfig } from './tokens/identity.ts';

/** The gateway's configuration as its YAML file writes it; docs/gateway.md explains every key. */
export interface GatewayConfig {
  listen?: { host?: string; port?: number; tls?: ListenTls };
  /** `context.Deployment`. */
  serviceName?: string;
  region?: string;
  /** The global policy document. File names here and below are relative to the configuration's directory. */
  policy?: string;
  settings?: Partial<Settings>;
  namedValues?: Record<string, string | NamedValue>;
  managedIdentity?: ManagedIdentityConfig;
  /** `context.Deployment.Certificates`: PEM or DER files by id. */
  certificates?: Record<string, string>;
  fragments?: Record<string, string>;
  backends?: BackendConfig[];
  apis: ApiConfig[];
  products?: ProductConfig[];
  users?: UserConfig[];
  subscriptions?: SubscriptionConfig[];
}

export interface ListenTls {
  certificate: string;
  key: string;
  /** Authorities for callers' certificates, which are then asked for. */
  ca?: string;
}

/** Where the tiers differ or Microsoft's documents disagree. */
export interface Settings {
  /** `sliding`: never more than so many calls in any period, as the classic tiers do. `tokenBucket`: as the v2 tiers do, which refill meanwhile. */
  rateLimit: 'sliding' | 'tokenBucket';
  /** What rewrite-uri does without `copy-unmatched-params`: the reference says true, the schema false. */
  copyUnmatchedParams: boolean;
  /** What cors does without `terminate-unmatched-request`: the reference says both. */
  terminateUnmatchedRequest: boolean;
  /** How many dimensions emit-metric may have: the reference says 5, the schema 10. */
  emitMetricDimensions: 5 | 10;
  /** Whether quota-by-key exists, which the reference leaves open for the v2 tiers. */
  quotaByKey: boolean;
  /** Whether trace may stand in on-error, on which the reference contradicts itself. */
  traceInOnError: boolean;
  /** Where validate-azure-ad-token finds the keys of tenants; another cloud's, or a local stand-in's. */
  entraAuthority: string;
}

export interface NamedValue {
  value?: string;
  /** The environment variable that holds the value. */
  env?: string;
  secret?: boolean;
}

/** What authentication-managed-identity uses: tokens as they are, and where others come from. */
export interface ManagedIdentityConfig {
  /** By resource. */
  tokens?: Record<string, string | NamedValue>;
  /** App Service's protocol: `IDENTITY_ENDPOINT` and `IDENTITY_HEADER`. */
  endpoint?: string | NamedValue;
  header?: string | NamedValue;
}

export interface BackendConfig {
  id: string;
  url: string;
  credentials?: {
    headers?: Record<string, string | string[]>;
    query?: Record<string, string | string[]>;
    authorization?: { scheme: string; parameter: string };
  };
  tls?: {
    ca?: string;
    certificate?: string;
    key?: string;
    validateCertificateChain?: boolean;
    validateCertificateName?: boolean;
  };
}

export interface ApiConfig {
  id: string;
  displayName?: string;
  path: string;
  serviceUrl?: string;
  subscriptionRequired?: boolean;
  subscriptionKeyParameterNames?: { header?: string; query?: string };
  version?: string;
  revision?: string;
  policy?: string;
  operations: OperationConfig[];
}

export interface OperationConfig {
  id: string;
  displayName?: string;
  method: string;
  urlTemplate: string;
  policy?: string;
}

export interface ProductConfig {
  id: string;
  displayName?: string;
  subscriptionRequired?: boolean;
  approvalRequired?: boolean;
  subscriptionsLimit?: number;
  state?: 'published' | 'notPublished';
  apis?: string[];
  policy?: string;
}

export interface UserConfig {
  id: string;
  email?: string;
  firstName?: string;
  lastName?: string;
  note?: string;
  groups?: string[];
  registrationDate?: string;
}

export interface SubscriptionConfig {
  id: string;
  displayName?: string;
  /** `product/ID`, `api/ID` or `all`. */
  scope: string;
  primaryKey: string;
  secondaryKey?: string;
  state?: 'active' | 'suspended' | 'submitted' | 'rejected' | 'cancelled' | 'expired';
  user?: string;
  /** ISO 8601; quotas count their periods from here. */
  createdDate?: string;
  startDate?: string;
  endDate?: string;
}

/** A valid configuration, every default filled in, file names absolute. */
export interface Configuration {
  readonly directory: string;
  readonly listen: { readonly host: string; readonly port: number; readonly tls?: ListenTls };
  readonly serviceName: string;
  readonly region: string;
  readonly policy?: string;
  readonly settings: Readonly<Settings>;
  readonly namedValues: ReadonlyMap<string, string>;
  readonly managedIdentity?: IdentityConfig;
  readonly certificates: Readonly<Record<string, string>>;
  readonly fragments: Readonly<Record<string, string>>;
  readonly backends: readonly BackendConfig[];
  readonly apis: readonly (ApiConfig &
    Required<Pick<ApiConfig, 'displayName' | 'subscriptionRequired' | 'revision'>>)[];
  readonly products: readonly (ProductConfig &
    Required<Pick<ProductConfig, 'displayName' | 'subscriptionRequired' | 'approvalRequired' | 'state' | 'apis'>>)[];
  readonly users: readonly (UserConfig & Required<UserConfig>)[];
  readonly subscriptions: readonly (SubscriptionConfig &
    Required<Pick<SubscriptionConfig, 'displayName' | 'secondaryKey' | 'state' | 'createdDate'>>)[];
}

const id = Joi.string()
  .pattern(/^[^*#&+:<>?/]{1,256}$/)
  .messages({ 'string.pattern.base': '{{#label}} must be 1 to 256 characters without * # & + : < > ? /' })
  .required();
const file = Joi.string();
const url = Joi.string().uri({ scheme: ['http', 'https'] });
const date = Joi.string().isoDate();
const displayName = Joi.string().default(Joi.ref('id'));
const oneOrMore = Joi.object().pattern(Joi.string(), [Joi.string(), Joi.array().items(Joi.string())]);

/** A text, or where it comes from. */
const given = Joi.alternatives(
  Joi.string().allow(''),
  Joi.object({ value: Joi.string().allow(''), env: Joi.string(), secret: Joi.boolean() }).xor('value', 'env'),
);

const operation = Joi.object({
  id,
  displayName,
  method: Joi.string().uppercase().required(),
  urlTemplate: Joi.string()
    .pattern(/^\//)
    .messages({ 'string.pattern.base': '{{#label}} must start with /' })
    .required(),
  policy: file,
});

const schema = Joi.object({
  listen: Joi.object({
    host: Joi.string().default('127.0.0.1'),
    port: Joi.number().port().default(0),
    tls: Joi.object({ certificate: file.required(), key: file.required(), ca: file }),
  }).default({ host: '127.0.0.1', port: 0 }),
  serviceName: Joi.string().default('local'),
  region: Joi.string().default('local'),
  policy: file,
  settings: Joi.object({
    rateLimit: Joi.valid('sliding', 'tokenBucket').default('sliding'),
    copyUnmatchedParams: Joi.boolean().default(true),
    terminateUnmatchedRequest: Joi.boolean().default(true),
    emitMetricDimensions: Joi.valid(5, 10).default(5),
    quotaByKey: Joi.boolean().default(true),
    traceInOnError: Joi.boolean().default(true),
    entraAuthority: url.default('https://login.microsoftonline.com'),
  }).default(),
  namedValues: Joi.object()
    .pattern(/^[\w.-]{1,256}$/, given)
    .default({}),
  managedIdentity: Joi.object({
    tokens: Joi.object().pattern(Joi.string(), given).default({}),
    endpoint: given,
    header: given,
  }).with('header', 'endpoint'),
  certificates: Joi.object().pattern(Joi.string(), file).default({}),
  fragments: Joi.object().pattern(Joi.string(), file).default({}),
  backends: Joi.array()
    .items(
      Joi.object({
        id,
        url: url.required(),
        credentials: Joi.object({
          headers: oneOrMore,
          query: oneOrMore,
          authorization: Joi.object({ scheme: Joi.string().required(), parameter: Joi.string().required() }),
        }),
        tls: Joi.object({
          ca: file,
          certificate: file,
          key: file,
          validateCertificateChain: Joi.boolean(),
          validateCertificateName: Joi.boolean(),
        }).and('certificate', 'key'),
      }),
    )
    .unique('id')
    .default([]),
  apis: Joi.array()
    .items(
      Joi.object({
        id,
        displayName,
        path: Joi.string()
          .allow('')
          .pattern(/^(?!\/)(?!.*\/$)[^?#{}]*$/)
          .messages({ 'string.pattern.base': '{{#label}} must be a path without a slash at either end' })
          .required(),
        serviceUrl: url,
        subscriptionRequired: Joi.boolean().default(true),
        subscriptionKeyParameterNames: Joi.object({ header: Joi.string(), query: Joi.string() }),
        version: Joi.string(),
        revision: Joi.string().default('1'),
        policy: file,
        operations: Joi.array().items(operation).unique('id').required(),
      }),
    )
    .unique('id')
    .unique((a: ApiConfig, b: ApiConfig) => a.path.toLowerCase() === b.path.toLowerCase())
    .min(1)
    .required(),
  products: Joi.array()
    .items(
      Joi.object({
        id,
        displayName,
        subscriptionRequired: Joi.boolean().default(true),
        approvalRequired: Joi.boolean().default(false),
        subscriptionsLimit: Joi.number().integer().min(1),
        state: Joi.valid('published', 'notPublished').default('published'),
        apis: Joi.array().items(Joi.string()).unique().default([]),
        policy: file,
      }),
    )
    .unique('id')
    .default([]),
  users: Joi.array()
    .items(
      Joi.object({
        id,
        email: Joi.string().default(''),
        firstName: Joi.string().default(''),
        lastName: Joi.string().default(''),
        note: Joi.string().default(''),
        groups: Joi.array().items(Joi.string()).default([]),
        registrationDate: date.default('1970-01-01T00:00:00Z'),
      }),
    )
    .unique('id')
    .default([]),
  subscriptions: Joi.array()
    .items(
      Joi.object({
        id,
        displayName,
        scope: Joi.string()
          .pattern(/^(?:all|(?:product|api)\/.+)$/)
          .messages({ 'string.pattern.base': '{{#label}} must be product/ID, api/ID or all' })
          .required(),
        primaryKey: Joi.string().required(),
        secondaryKey: Joi.string().default(''),
        state: Joi.valid('active', 'suspended', 'submitted', 'rejected', 'cancelled', 'expired').default('active'),
        user: Joi.string(),
        createdDate: date.default('1970-01-01T00:00:00Z'),
        startDate: date,
        endDate: date,
      }),
    )
    .unique('id')
    .default([]),
}).messages({
  'object.unknown': '{{#label}} is not a key of the gateway (see docs/gateway.md)',
  'array.unique': '{{#label}} repeats what item {{#dupePos}} has{if(#path, ": " + #path, "")}',
});

/**
 * Reads and checks a YAML file.
 * @throws UserError with one line a mistake: the file, the path in it and what is expected.
 */
export async function readConfiguration(yamlFile: string): Promise<Configuration> {
  let text: string;
  try {
    text = await readFile(yamlFile, 'utf8');
  } catch (error) {
    throw new UserError(`${yamlFile}: can't be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  }
  let written: unknown;
  try {
    written = parseYaml(text);
  } catch (error) {
    throw new UserError(`${yamlFile}: not YAML: ${(error as Error).message}`);
  }
  return checkConfiguration(written, { name: yamlFile, directory: path.dirname(path.resolve(yamlFile)) });
}

type Checked = Omit<Configuration, 'namedValues' | 'managedIdentity' | 'directory'> & {
  readonly namedValues: Readonly<Record<string, string | NamedValue>>;
  readonly managedIdentity?: ManagedIdentityConfig & Required<Pick<ManagedIdentityConfig, 'tokens'>>;
};

/** The same for a configuration that is an object already; `name` is what the messages call it. */
export function checkConfiguration(
  written: unknown,
  { name, directory }: { name: string; directory: string },
): Configuration {
  const checked = schema.validate(written ?? {}, { abortEarly: false, errors: { wrap: { label: false } } });
  if (checked.error) throw new UserError(checked.error.details.map(({ message }) => `${name}: ${message}`).join('\n'));
  const value = checked.value as Checked;

  const mistakes: string[] = [];
  const namedValues = new Map<string, string>();
  const resolve = (written: string | NamedValue, key: string): string => {
    const { value: plain, env }: NamedValue = typeof written === 'string' ? { value: written } : written;
    const resolved = plain ?? process.env[env!];
    if (resolved === undefined) mistakes.push(`${key}.env: the environment variable ${env} is not set`);
    return resolved ?? '';
  };
  for (const [key, given] of Object.entries(value.namedValues))
    namedValues.set(key, resolve(given, `namedValues.${key}`));
  const managedIdentity = value.managedIdentity && readIdentity(value.managedIdentity, resolve, mistakes);
  mistakes.push(...crossReferences(value));
  if (mistakes.length > 0) throw new UserError(mistakes.map((mistake) => `${name}: ${mistake}`).join('\n'));
  return { ...value, namedValues, managedIdentity, directory };
}

function readIdentity(
  { tokens, endpoint, header }: NonNullable<Checked['managedIdentity']>,
  resolve: (written: string | NamedValue, key: string) => string,
  mistakes: string[],
): IdentityConfig {
  const url = endpoint === undefined ? undefined : resolve(endpoint, 'managedIdentity.endpoint');
  if (url && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    mistakes.push('managedIdentity.endpoint must be an http or https URL');
  return {
    tokens: fixedTokens(
      Object.entries(tokens).map(([name, token]) => [name, resolve(token, `managedIdentity.tokens.${name}`)]),
    ),
    endpoint: url,
    header: header === undefined ? undefined : resolve(header, 'managedIdentity.header'),
  };
}

function crossReferences(config: Omit<Configuration, 'namedValues' | 'managedIdentity' | 'directory'>): string[] {
  const mistakes: string[] = [];
  const apis = new Set(config.apis.map((api) => api.id));
  const products = new Set(config.products.map((product) => product.id));
  const users = new Set(config.users.map((user) => user.id));
  const openProduct = new Map<string, string>();
  config.products.forEach((product, i) =>
    product.apis.forEach((api, j) => {
      const at = `products[${i}].apis[${j}]`;
      if (!apis.has(api)) mistakes.push(`${at}: there is no API '${api}'`);
      if (product.subscriptionRequired) return;
      const other = openProduct.get(api);
      if (other !== undefined)
        mistakes.push(`${at}: API '${api}' is in the open product '${other}' already; one is allowed`);
      else openProduct.set(api, product.id);
    }),
  );
  const keys = new Map<string, string>();
  config.subscriptions.forEach((subscription, i) => {
    const at = `subscriptions[${i}]`;
    const [kind, scoped] = [subscription.scope.split('/')[0], subscription.scope.split('/').slice(1).join('/')];
    if (kind === 'product' && !products.has(scoped)) mistakes.push(`${at}.scope: there is no product '${scoped}'`);
    if (kind === 'api' && !apis.has(scoped)) mistakes.push(`${at}.scope: there is no API '${scoped}'`);
    if (subscription.user !== undefined && !users.has(subscription.user))
      mistakes.push(`${at}.user: there is no user '${subscription.user}'`);
    for (const key of ['primaryKey', 'secondaryKey'] as const) {
      if (subscription[key] === '') continue;
      const other = keys.get(subscription[key]);
      if (other !== undefined) mistakes.push(`${at}.${key}: is the same as ${other}; keys must be unique`);
      else keys.set(subscription[key], `${at}.${key}`);
    }
  });
  return mistakes;
}
