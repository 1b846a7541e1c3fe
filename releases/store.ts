import type { TokenCredential } from '@azure/identity';
import { ContainerClient, StorageSharedKeyCredential, type StoragePipelineOptions } from '@azure/storage-blob';
import { UserError } from '../service/errors.ts';
import type { Milliseconds } from '../service/units.ts';

/** What a store tells its log; pino's logger fits. */
export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** The blob store that holds the releases, their channels and the replicas' reports. */
export interface Store {
  /** The URL of the releases container; it names the store in messages. */
  readonly url: string;
  readonly releases: ContainerClient;
  /** The sibling container for the replicas' reports. */
  readonly replicas: ContainerClient;
  readonly logger: Logger | undefined;
  /** How long a call may make no progress before it is given up. */
  readonly patience: Milliseconds;
}

export interface StoreOptions {
  readonly logger?: Logger | undefined;
  /** Who asks. Unless told: the development key for Azurite, `DefaultAzureCredential` for anything else. */
  readonly credential?: TokenCredential | undefined;
  /** How long a call may make no progress before it is given up; 10 s for this machine, 60 s for the cloud unless told. */
  readonly patience?: Milliseconds | undefined;
}

/** Azurite's well-known account: a public constant, no secret (learn.microsoft.com, "Connect to Azurite"). */
export const azuriteAccount = 'devstoreaccount1';
export const azuriteKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const azuriteStore = `http://127.0.0.1:10000/${azuriteAccount}/releases`;

const loopback = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/;
const form = 'https://ACCOUNT.blob.core.windows.net/releases';

/**
 * Opens a store by the URL of its releases container. It makes no request yet.
 * @param address `https://ACCOUNT.blob.core.windows.net/releases`, or Azurite's
 *   `http://127.0.0.1:10000/devstoreaccount1/releases`, or a connection string when it is Azurite's
 * @throws UserError for anything else
 */
export function openStore(address: string, options: StoreOptions = {}): Store {
  const { logger, credential } = options;
  const url = urlOf(address);
  const local = loopback.test(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && local && credential === undefined)) {
    throw new UserError(`${address}: https is expected; http is for Azurite on this machine only, with its own key`);
  }
  if (url.search !== '' || url.username !== '') {
    throw new UserError(
      `${url.origin}${url.pathname}: the URL alone is expected, without a signature; an identity gives the access`,
    );
  }
  const parts = url.pathname.split('/').filter((part) => part !== '');
  const container = parts.pop();
  const account = parts.join('/');
  if (container === undefined || (local ? account === '' : account !== '')) {
    throw new UserError(`${address}: the URL of a container is expected, such as ${form}`);
  }
  if (container === 'replicas') {
    throw new UserError(`${address}: the container "replicas" holds the replicas' reports; releases need another one`);
  }
  if (local && account !== azuriteAccount && credential === undefined) {
    throw new UserError(`${address}: on this machine Azurite's account ${azuriteAccount} is expected`);
  }
  const key =
    local && credential === undefined ? new StorageSharedKeyCredential(azuriteAccount, azuriteKey) : undefined;
  const client = (name: string) => {
    const containerUrl = [url.origin, ...parts, name].join('/');
    const pipeline = { retryOptions: local ? quick : patient };
    return key === undefined
      ? new ContainerClient(containerUrl, credential ?? defaultCredential(), pipeline)
      : new ContainerClient(containerUrl, key, pipeline);
  };
  return {
    url: [url.origin, ...parts, container].join('/'),
    releases: client(container),
    replicas: client('replicas'),
    logger,
    patience: options.patience ?? (local ? 10_000 : 60_000),
  };
}

/** The SDK tries again after a lost connection, a 500 or a 503; a server on this machine answers soon or not at all. */
const quick: StoragePipelineOptions['retryOptions'] = { maxTries: 3, retryDelayInMs: 50, maxRetryDelayInMs: 200 };
const patient: StoragePipelineOptions['retryOptions'] = { maxTries: 5, retryDelayInMs: 500, maxRetryDelayInMs: 10_000 };

function urlOf(address: string): URL {
  if (/(^|;)\s*(UseDevelopmentStorage|AccountName|AccountKey|BlobEndpoint|SharedAccessSignature)=/i.test(address)) {
    return fromConnectionString(address);
  }
  if (!URL.canParse(address)) {
    throw new UserError(`${address} is not a store; the URL of its releases container is expected, such as ${form}`);
  }
  return new URL(address);
}

/** Only Azurite's: in the cloud an identity gives the access, and a key in a setting is a secret too many. */
function fromConnectionString(text: string): URL {
  const settings = new Map(
    text.split(';').map((setting) => {
      const [name = '', ...value] = setting.split('=');
      return [name.trim().toLowerCase(), value.join('=').trim()];
    }),
  );
  if (settings.get('usedevelopmentstorage')?.toLowerCase() === 'true') return new URL(azuriteStore);
  const endpoint = settings.get('blobendpoint') ?? '';
  if (URL.canParse(endpoint) && loopback.test(new URL(endpoint).hostname)) {
    return new URL(`${endpoint.replace(/\/+$/, '')}/releases`);
  }
  throw new UserError(
    `a connection string is for Azurite on this machine only; give the URL of the releases container, such as ${form}, and sign in with an identity (az login, or a managed identity)`,
  );
}

/** `DefaultAzureCredential`, loaded when the first request needs it: loading it takes longer than most commands. */
function defaultCredential(): TokenCredential {
  let credential: Promise<TokenCredential> | undefined;
  return {
    getToken: async (scopes, options) => {
      credential ??= import('@azure/identity').then(({ DefaultAzureCredential }) => new DefaultAzureCredential());
      return (await credential).getToken(scopes, options);
    },
  };
}
