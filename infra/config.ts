import { readFile, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { ValidationErrorItem, ValidationResult } from 'joi';
import type { ServiceDefinition } from '../service/definition.ts';
import { UserError } from '../service/errors.ts';
import { parseService, serviceFile } from '../service/load.ts';
import { serviceNameOf } from '../service/name.ts';
import { productNames, products, type Product, type ProductOverrides } from '../service/products.ts';
import { readYaml, type Mistake } from '../service/source.ts';
import type { Bytes } from '../service/units.ts';
import { crossChecks } from './config-checks.ts';
import { configSchema } from './config-schema.ts';

/** `config/ENV.yaml` with its defaults filled in. docs/deploy.md says what each key means. */
export interface Config {
  readonly name: string;
  readonly tenant: string;
  readonly subscription: string;
  readonly region: string;
  readonly zones: readonly string[];
  readonly owner: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly operators: { readonly groups: readonly string[]; readonly ipRanges: readonly string[] };
  readonly network: NetworkRanges;
  readonly cluster: ClusterConfig;
  readonly apiManagement: ApiManagementConfig;
  /** Callers need an Entra ID token for this audience, with one of these application roles, beside their key. */
  readonly entra?: { readonly audience: string; readonly roles: readonly string[] };
  readonly tls: TlsConfig;
  /** The public DNS zone; a service answers API Management at `SERVICE.DOMAIN`. */
  readonly domain: string;
  readonly alerts: { readonly emails: readonly string[] };
  /** Per month, in the subscription's currency. */
  readonly budget: { readonly amount: number };
  readonly retention: { readonly logDays: number; readonly deletedDays: number; readonly reportDays: number };
  readonly storage: { readonly replication: 'LRS' | 'ZRS' | 'GRS' | 'GZRS' };
  readonly products: ProductOverrides;
  readonly probes: { readonly schedule: string; readonly warmSchedule: string };
  readonly state: { readonly resourceGroup?: string; readonly storageAccount?: string; readonly container: string };
  readonly services: readonly ServiceEntry[];
}

/** Who reaches the management endpoints: the network alone, or the operators' addresses too. */
export type Access = 'private' | 'authorisedRanges';

export interface NetworkRanges {
  readonly range: string;
  readonly nodes: string;
  readonly loadBalancers: string;
  readonly endpoints: string;
  readonly apiManagement: string;
  readonly functions: string;
  /** For the machine that deploys, when the cluster is private. */
  readonly runner?: string;
  readonly pods: string;
  readonly services: string;
}

export interface Pool {
  readonly size: string;
  readonly min: number;
  readonly max: number;
}

export interface ClusterConfig {
  readonly access: Access;
  readonly tier: 'Free' | 'Standard' | 'Premium';
  /** A minor version such as 1.34; absent: the region's default. Patches come by themselves. */
  readonly version?: string;
  readonly system: Pool;
  readonly scoring: Pool & { readonly spot: boolean };
  readonly gpu?: Pool;
}

export interface ApiManagementConfig {
  readonly tier: 'StandardV2' | 'Developer';
  readonly capacity: number;
  readonly publisherName: string;
  readonly publisherEmail: string;
  readonly subscriptions: readonly { readonly name: string; readonly product: string }[];
  /** A host name of one's own for callers, with its certificate's name in the Key Vault. */
  readonly customDomain?: { readonly host: string; readonly certificate: string };
  /** Versions of the gateway's client certificate: the one to present, and others that the pods still trust. */
  readonly clientCertificate: { readonly present?: string; readonly trust: readonly string[] };
}

export interface TlsConfig {
  readonly issuer: 'letsencrypt-staging' | 'letsencrypt' | 'keyvault';
  readonly email?: string;
}

/** How a service's pods follow its load. */
export interface Autoscaling {
  /** The use of the pods' cores to keep to, in percent. */
  readonly cpu: number;
  /** How many more pods at most every 15 s, in percent of those there are. */
  readonly upPercent: number;
  /** How many fewer at most every minute, in percent of those there are. */
  readonly downPercent: number;
  /** How long the load must have been lower before there are fewer, in seconds. */
  readonly settleSeconds: number;
}

/** One service to deploy, as the file has it. */
export interface ServiceEntry {
  /** The directory of its `service.yaml`, relative to the repository's root. */
  readonly directory: string;
  /** `sha256:…` of its image; absent: not deployed yet. */
  readonly image?: string;
  readonly channel: string;
  /** Its load balancer's address, in `network.loadBalancers`. */
  readonly address: string;
  /** Whole cores: a pod has them to itself. */
  readonly cpu: number;
  readonly memory: Bytes;
  readonly replicas: { readonly min: number; readonly max: number };
  readonly autoscaling: Autoscaling;
}

export interface DeployedService extends ServiceEntry {
  readonly definition: ServiceDefinition;
}

/** All that the program needs to know of one environment. */
export interface Environment extends Omit<Config, 'services' | 'products'> {
  /** The file's name without its ending: dev, prod. */
  readonly environment: string;
  readonly products: readonly Product[];
  readonly services: readonly DeployedService[];
}

/**
 * The environment in `config/NAME.yaml` of the repository at `root`, with the definition of every service it names.
 * @throws UserError with every mistake of the file, one a line: `FILE:LINE: path.to.key: what is expected (got …)`
 */
export async function loadEnvironment(name: string, root: string): Promise<Environment> {
  if (!/^[a-z][a-z0-9]{1,7}$/.test(name)) {
    throw new UserError(`PENSTOCK_ENV: expected 2 to 8 lower-case letters and digits, such as dev (got ${name})`);
  }
  const path = join(root, 'config', `${name}.yaml`);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`${relative(root, path)} cannot be read (${error.code}); PENSTOCK_ENV names a file in config/`);
  });
  return readEnvironment(name, text, root, (directory) => serviceText(root, directory));
}

/**
 * The environment that the text of `config/NAME.yaml` describes.
 * @param definitionIn the text of the `service.yaml` in a directory
 * @throws UserError as `loadEnvironment` does
 */
export async function readEnvironment(
  name: string,
  text: string,
  root: string,
  definitionIn: (directory: string) => Promise<string>,
): Promise<Environment> {
  const config = parseConfig(text, join('config', `${name}.yaml`));
  const known = [...new Set([...productNames, ...Object.keys(config.products)])];
  const services = await Promise.all(
    config.services.map(async (entry) => {
      const { directory } = entry;
      const fallback = serviceNameOf(resolve(root, directory));
      const definition = await definitionIn(directory);
      const options = { products: known };
      return { ...entry, definition: parseService(definition, join(directory, serviceFile), fallback, options) };
    }),
  );
  return environmentOf(name, config, services);
}

/** Only the text of `service.yaml` counts here: the files that it names belong to the release, not to the deployment. */
async function serviceText(root: string, directory: string): Promise<string> {
  const path = join(root, directory, serviceFile);
  return readFile(path, 'utf8').catch(async (error: NodeJS.ErrnoException) => {
    const isDirectory = await stat(join(root, directory)).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (error.code === 'ENOENT' && isDirectory) return '';
    throw new UserError(`services: ${directory} is not a directory with a plumber.R (${error.code})`);
  });
}

/**
 * Joins a configuration with the definitions of its services.
 * @throws UserError when two services have one name, or a GPU service has no GPU pool
 */
export function environmentOf(environment: string, config: Config, services: readonly DeployedService[]): Environment {
  const seen = new Map<string, string>();
  for (const { definition, directory } of services) {
    const other = seen.get(definition.name);
    if (other !== undefined) {
      throw new UserError(`services: ${other} and ${directory} are both named ${definition.name}; names must differ`);
    }
    seen.set(definition.name, directory);
    if (definition.gpu && config.cluster.gpu === undefined) {
      throw new UserError(`cluster.gpu: missing; ${definition.name} runs on GPU nodes (gpu: true in its service.yaml)`);
    }
  }
  return { ...config, environment, products: products(config.products), services };
}

/**
 * The configuration in the text of a file, its defaults filled in. The services' directories are not looked at.
 * @throws UserError as `loadEnvironment` does
 */
export function parseConfig(text: string, file: string): Config {
  const source = readYaml(text, file);
  if (source.syntaxErrors.length > 0) throw new UserError(source.syntaxErrors.join('\n'));
  const result: ValidationResult<Config> = configSchema.validate(source.value ?? {}, {
    abortEarly: false,
    convert: false,
  });
  const mistakes = (result.error?.details ?? []).map(mistakeOf);
  if (mistakes.length === 0) mistakes.push(...crossChecks(result.value as Config));
  if (mistakes.length > 0) throw new UserError(source.describe(mistakes));
  return result.value as Config;
}

function mistakeOf({ path, message, type, context }: ValidationErrorItem): Mistake {
  if (type === 'object.unknown') return { path, message: `unknown key; known are ${message}` };
  if (type === 'any.required') return { path, message: `missing; expected ${message}` };
  if (type === 'object.missing') return { path, message };
  return { path, message: `expected ${message}`, got: context?.['value'] };
}
