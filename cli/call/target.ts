import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UserError } from '../../service/errors.ts';
import { loadService } from '../../service/load.ts';
import { describeEnvironment, root } from '../cloud/environment.ts';
import { runningStack } from '../stack/state.ts';
import { probesIn, type CalledProbe } from './probes.ts';

export interface TargetOptions {
  /** A gateway's URL. */
  readonly url?: string;
  /** An environment of the cloud. */
  readonly env?: string;
  /** The folder of the local stack. */
  readonly state: string;
  readonly key?: string;
  /** Whose key to take, where keys can be looked up. */
  readonly subscription?: string;
}

/** The API to call. */
export interface Target {
  /** The API's own URL, the gateway's with the service. */
  readonly url: string;
  readonly key: string | undefined;
  /** Reads the service's probes; there are none where nothing but a URL is known. */
  probes(): Promise<readonly CalledProbe[]>;
}

/**
 * Finds the API to call: behind the gateway that is named, in an environment of the cloud, or else in the local stack that
 * runs.
 *
 * @param service its name, or its directory; without it the only one that there is
 * @throws UserError when there is no such gateway or service
 */
export async function findTarget(service: string | undefined, options: TargetOptions): Promise<Target> {
  const named = service === undefined ? undefined : await nameOrDirectory(service);
  if (options.url !== undefined && options.env !== undefined) {
    throw new UserError('expected --url or --env, but not both');
  }
  if (options.url !== undefined) return behindUrl(options.url, named, options);
  return options.env === undefined ? inStack(named, options) : inCloud(options.env, named, options);
}

interface Named {
  readonly name: string;
  /** When a directory was named. */
  readonly directory?: string;
}

async function nameOrDirectory(service: string): Promise<Named> {
  const isDirectory = await stat(service).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isDirectory && /[/\\]|^\.+$/.test(service)) throw new UserError(`${service} is not a directory`);
  if (!isDirectory) return { name: service };
  const directory = resolve(service);
  return { name: (await loadService(directory, { products: 'any' })).name, directory };
}

function behindUrl(url: string, named: Named | undefined, { key, subscription }: TargetOptions): Target {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new UserError(`${url} is not a URL; one such as https://api.example.com is expected`);
  }
  if (subscription !== undefined) {
    throw new UserError('--subscription needs a gateway whose keys are known: the local stack, or --env');
  }
  const gateway = url.replace(/\/+$/, '');
  return { url: named === undefined ? gateway : `${gateway}/${named.name}`, key, probes: probesOf(named?.directory) };
}

async function inStack(named: Named | undefined, { state, key, subscription }: TargetOptions): Promise<Target> {
  const stack = await runningStack(resolve(state));
  if (stack === undefined) {
    throw new UserError(
      `no local stack runs in ${resolve(state)}: "npm start" starts one; --url names another gateway, --env an environment in the cloud`,
    );
  }
  const { name, channel } = theOne(named?.name, stack.services, 'the local stack');
  // What the Azure SDK is for is loaded when it is asked for: that takes longer than the call.
  const probes = async () => (await import('./promoted-probes.ts')).promotedProbes(stack.store, channel);
  const product = subscription ?? 'standard';
  const found = stack.keys[product.replace(/^local-/, '')];
  if (key === undefined && found === undefined) {
    throw new UserError(`the local stack has no subscription ${product}; it has ${Object.keys(stack.keys).join(', ')}`);
  }
  return {
    url: `${stack.gateway}/${name}`,
    key: key ?? found,
    probes: named?.directory === undefined ? probes : probesOf(named.directory),
  };
}

async function inCloud(env: string, named: Named | undefined, { key, subscription }: TargetOptions): Promise<Target> {
  const description = await describeEnvironment(env);
  const { name, directory } = theOne(named?.name, description.services, `the environment ${env}`);
  return {
    url: `https://${description.names.apiManagement}.azure-api.net/${name}`,
    // The functions' own subscription is in every environment and may call every route.
    key: key ?? (await (await import('./cloud-key.ts')).cloudKey(description, subscription ?? 'functions')),
    probes: probesOf(named?.directory ?? join(root, directory)),
  };
}

function probesOf(directory: string | undefined): Target['probes'] {
  return () => (directory === undefined ? Promise.resolve([]) : probesIn(directory));
}

/** The service of this name, or the only one. @throws UserError that lists those that there are */
function theOne<Service extends { readonly name: string }>(
  name: string | undefined,
  services: readonly Service[],
  where: string,
): Service {
  const there = services.length === 0 ? 'no services' : services.map((service) => service.name).join(', ');
  if (name === undefined) {
    const [only] = services;
    if (only !== undefined && services.length === 1) return only;
    throw new UserError(`which service? ${where} has ${there}`);
  }
  const found = services.find((service) => service.name === name);
  if (found === undefined) throw new UserError(`${where} has no service ${name}; it has ${there}`);
  return found;
}
