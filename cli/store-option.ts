import { Option } from 'commander';
import { UserError } from '../service/errors.ts';
import { openStore, type Store } from '../releases/store.ts';

const environment = 'PENSTOCK_STORE';

/** `--store URL`, which `PENSTOCK_STORE` may stand in for. */
export function storeOption(): Option {
  return new Option(
    '--store <url>',
    'the releases container, https://ACCOUNT.blob.core.windows.net/releases; for Azurite its URL or connection string',
  ).env(environment);
}

/** @throws UserError when no store is named */
export function storeFrom({ store }: { store?: string }): Store {
  if (!store) throw new UserError(`no store: expected --store URL, or the environment variable ${environment}`);
  return openStore(store);
}
