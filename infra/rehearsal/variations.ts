/** A configuration that is rehearsed beside those in `config/`: a file there, changed. */
export interface Variation {
  readonly of: 'dev' | 'prod';
  /** Put over the file, object by object; lists are replaced. */
  readonly changes: Readonly<Record<string, unknown>>;
  /** The text of `service.yaml` by directory, for services that are in no directory. */
  readonly definitions?: Readonly<Record<string, string>>;
  /** Services without an image stay without one; else all get one, since a rehearsal is about all there will be. */
  readonly asWritten?: boolean;
}

const image = `sha256:${'a'.repeat(64)}`;

/** What neither file in `config/` has, so that every choice there is has been applied once. */
export const variations: Readonly<Record<string, Variation>> = {
  vault: {
    of: 'prod',
    changes: {
      zones: ['1'],
      network: { runner: undefined },
      tls: { issuer: 'keyvault', email: undefined },
      apiManagement: { customDomain: { host: 'api.example.com', certificate: 'api-example-com' } },
      entra: { audience: 'api://penstock', roles: ['Score.Invoke'] },
      storage: { replication: 'GRS' },
    },
  },
  several: {
    of: 'dev',
    changes: {
      operators: { ipRanges: ['203.0.113.8/31', '198.51.100.7/32', '192.0.2.9', '192.0.2.16/28'] },
      cluster: { tier: 'Standard', version: '1.34', gpu: { size: 'Standard_NC4as_T4_v3', min: 0, max: 1 } },
      apiManagement: { tier: 'StandardV2' },
      tls: { issuer: 'letsencrypt' },
      products: { trial: { callsPerMinute: 5 }, partners: { callsPerMinute: 600 } },
      services: [
        { directory: 'houses', channel: 'houses', address: '10.40.16.10', image },
        { directory: 'pictures', channel: 'pictures', address: '10.40.16.11', image },
        { directory: 'later', channel: 'later', address: '10.40.16.12' },
      ],
    },
    definitions: {
      houses:
        'name: houses\nroutes:\n  POST /score: { rows: df, access: [partners], cache: 60s }\n  GET /users/{id}: {}',
      pictures: 'name: 1-pictures--of-things\ngpu: true\nstartup: spawn',
      later: 'name: later',
    },
    asWritten: true,
  },
  empty: { of: 'prod', changes: {}, asWritten: true },
};
