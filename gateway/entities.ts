import type { Configuration } from './config.ts';
import type { Api, Deployment, Operation, Product, User } from './context.ts';
import { RawUrl } from './execution/url.ts';

/** The configuration's entities as policy expressions see them. */
export interface Entities {
  readonly apis: ReadonlyMap<string, Api>;
  readonly products: ReadonlyMap<string, Product>;
  readonly users: ReadonlyMap<string, User>;
  readonly deployment: Deployment;
}

export function entities(config: Configuration, certificates: Deployment['Certificates']): Entities {
  const apis = new Map(config.apis.map((api) => [api.id, toApi(api, config)]));
  const products = config.products.map((product): Product => ({
    Id: product.id,
    Name: product.displayName,
    Apis: product.apis.flatMap((id) => apis.get(id) ?? []),
    ApprovalRequired: product.approvalRequired,
    Groups: [],
    State: product.state === 'published' ? 'Published' : 'NotPublished',
    SubscriptionLimit: product.subscriptionsLimit ?? null,
    SubscriptionRequired: product.subscriptionRequired,
  }));
  const users = config.users.map((user): User => ({
    Id: user.id,
    Email: user.email,
    FirstName: user.firstName,
    LastName: user.lastName,
    Note: user.note,
    Groups: user.groups.map((group) => ({ Id: group, Name: group })),
    Identities: [],
    RegistrationDate: new Date(user.registrationDate),
  }));
  return {
    apis,
    products: new Map(products.map((product) => [product.Id, product])),
    users: new Map(users.map((user) => [user.Id, user])),
    deployment: {
      Certificates: certificates,
      Gateway: { Id: 'managed', InstanceId: 'local', IsManaged: true },
      GatewayId: 'managed',
      Region: config.region,
      ServiceId: config.serviceName,
      ServiceName: config.serviceName,
    },
  };
}

const standardKeyNames = { Header: 'Ocp-Apim-Subscription-Key', Query: 'subscription-key' };

function toApi(api: Configuration['apis'][number], { listen }: Configuration): Api {
  const { header, query } = api.subscriptionKeyParameterNames ?? {};
  return {
    Id: api.id,
    IsCurrentRevision: true,
    Name: api.displayName,
    Path: api.path,
    Protocols: [listen.tls ? 'https' : 'http'],
    Revision: api.revision,
    ServiceUrl: api.serviceUrl === undefined ? null : toUrl(api.serviceUrl),
    SubscriptionKeyParameterNames: {
      Header: header ?? standardKeyNames.Header,
      Query: query ?? standardKeyNames.Query,
    },
    Version: api.version ?? null,
  };
}

export function toOperation(operation: Configuration['apis'][number]['operations'][number]): Operation {
  const { id, displayName, method, urlTemplate } = operation;
  return { Id: id, Method: method, Name: displayName ?? id, UrlTemplate: urlTemplate };
}

function toUrl(text: string): RawUrl {
  const url = new URL(text);
  const scheme = url.protocol.slice(0, -1);
  const port = url.port === '' ? (scheme === 'https' ? 443 : 80) : Number(url.port);
  return new RawUrl(scheme, url.hostname, port, url.pathname, url.search);
}
