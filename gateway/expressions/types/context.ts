import type { Api, PolicyContext, PolicyRequest, Product, Url, User } from '../../context.ts';
import type { Headers } from '../../headers.ts';
import { Certificate } from '../runtime/certificate.ts';
import { DateTime } from '../runtime/datetime.ts';
import { Guid } from '../runtime/guid.ts';
import { bodyReader, readForm } from '../runtime/message-body.ts';
import { ticksPer, TimeSpan } from '../runtime/timespan.ts';
import { netArray, recognise } from '../runtime/value.ts';
import { convertVariable } from '../runtime/variables.ts';
import { type Definition, define, type Implementation, typed, typeNamed } from '../type.ts';
import { defineDictionary, fromMap } from './dictionaries.ts';

/*
 * `context` and what hangs on it:
 * https://learn.microsoft.com/azure/api-management/api-management-policy-expressions#ContextVariables
 */

function describe(name: string, members: Record<string, Implementation>, more: Partial<Definition> = {}): void {
  define({ name, kind: 'class', base: 'object', members, ...more });
}

/** Properties that are in the context as they are. */
function plain(...properties: string[]): Record<string, Implementation> {
  return Object.fromEntries(
    properties.map((text) => {
      const name = text.slice(text.lastIndexOf(' ') + 1);
      return [text, (self: Record<string, unknown>) => self[name] ?? null];
    }),
  );
}

function dates(...names: string[]): Record<string, Implementation> {
  return Object.fromEntries(
    names.map((text) => {
      const name = text.slice(text.lastIndexOf(' ') + 1);
      return [text, (self: Record<string, Date | null>) => (self[name] ? DateTime.fromDate(self[name]) : null)];
    }),
  );
}

function list(element: string, items: readonly unknown[]): unknown {
  return netArray(typeNamed(element), [...items]);
}

describe('IProxyRequestContext', {
  ...plain(
    'IApi Api',
    'IDeployment Deployment',
    'ILastError LastError',
    'IOperation Operation',
    'IProduct Product',
    'IRequest Request',
    'IResponse Response',
    'ISubscription Subscription',
    'bool Tracing',
    'IUser User',
    'IVariables Variables',
  ),
  'TimeSpan Elapsed': (self: PolicyContext) => TimeSpan.from(self.Elapsed, ticksPer.millisecond),
  'Guid RequestId': (self: PolicyContext) => Guid.tryParse(self.RequestId) ?? Guid.empty,
  'DateTime Timestamp': (self: PolicyContext) => DateTime.fromDate(self.Timestamp),
  'void Trace(string message)': (self: PolicyContext, message: string) => self.Trace(message),
});

describe('IApi', {
  ...plain(
    'string Id',
    'bool IsCurrentRevision',
    'string Name',
    'string Path',
    'string Revision',
    'IUrl ServiceUrl',
    'ISubscriptionKeyParameterNames SubscriptionKeyParameterNames',
    'string Version',
  ),
  'IEnumerable<string> Protocols': (self: Api) => list('string', self.Protocols),
});
describe('ISubscriptionKeyParameterNames', plain('string Header', 'string Query'));

describe(
  'IDeployment',
  plain(
    'ICertificates Certificates',
    'string GatewayId',
    'string Region',
    'string ServiceId',
    'string ServiceName',
    'IGateway Gateway',
  ),
);
describe('IGateway', plain('string Id', 'string InstanceId', 'bool IsManaged'));
describe(
  'ILastError',
  plain(
    'string Source',
    'string Reason',
    'string Message',
    'string Scope',
    'string Section',
    'string Path',
    'string PolicyId',
  ),
);
describe('IOperation', plain('string Id', 'string Method', 'string Name', 'string UrlTemplate'));
describe('IGroup', plain('string Id', 'string Name'));
describe('IUserIdentity', plain('string Id', 'string Provider'));

describe('IProduct', {
  ...plain('bool ApprovalRequired', 'string Id', 'string Name', 'int? SubscriptionLimit', 'bool SubscriptionRequired'),
  'IEnumerable<IApi> Apis': (self: Product) => list('IApi', self.Apis),
  'IEnumerable<IGroup> Groups': (self: Product) => list('IGroup', self.Groups),
  'ProductState State': (self: Product) => (self.State === 'Published' ? 1 : 0),
});

describe('ISubscription', {
  ...plain('string Id', 'string Key', 'string Name', 'string PrimaryKey', 'string SecondaryKey'),
  ...dates('DateTime CreatedDate', 'DateTime? EndDate', 'DateTime? StartDate'),
});

describe('IUser', {
  ...plain('string Email', 'string FirstName', 'string Id', 'string LastName', 'string Note'),
  ...dates('DateTime RegistrationDate'),
  'IEnumerable<IGroup> Groups': (self: User) => list('IGroup', self.Groups),
  'IEnumerable<IUserIdentity> Identities': (self: User) => list('IUserIdentity', self.Identities),
});

describe('IRequest', {
  ...plain(
    'IMessageBody Body',
    'IHeaders Headers',
    'string IpAddress',
    'IParameters MatchedParameters',
    'string Method',
    'IUrl OriginalUrl',
    'IUrl Url',
  ),
  'X509Certificate2 Certificate': ({ Certificate: x509, certificateTrusted }: PolicyRequest) =>
    x509 && new Certificate(x509, certificateTrusted),
});
describe('IResponse', plain('IMessageBody Body', 'IHeaders Headers', 'int StatusCode', 'string StatusReason'));

describe('IMessageBody', {
  'T As<T>(bool preserveContent = false)': typed((types) => bodyReader(types('T'))),
  'IFormContent AsFormUrlEncodedContent(bool preserveContent = false)': readForm,
});

describe('IUrl', {
  ...plain('string Host', 'string Path', 'int Port', 'string QueryString', 'string Scheme'),
  'IQuery Query': (self: Url) => self.Query,
  'string ToString()': (self: Url) => self.toString(),
});

defineDictionary<Headers>('IHeaders', {
  value: 'string[]',
  get: (self, key) => (self.has(key) ? netArray(typeNamed('string'), self.values(key)) : undefined),
  names: (self) => self.names(),
});

defineDictionary('IQuery', {
  value: 'string[]',
  ...fromMap((values: readonly string[]) => netArray(typeNamed('string'), [...values])),
});
defineDictionary('IFormContent', {
  value: 'string[]',
  ...fromMap((values: readonly string[]) => netArray(typeNamed('string'), [...values])),
});
defineDictionary('IParameters', { value: 'string', ...fromMap((value: string) => value) });

defineDictionary(
  'IVariables',
  { value: 'object', ...fromMap((value: unknown) => value ?? null) },
  {
    'object GetValueOrDefault(string key)': (self: ReadonlyMap<string, unknown>, key: string) => self.get(key) ?? null,
    'T GetValueOrDefault<T>(string key)': typed((types) => {
      const type = types('T');
      return (self: ReadonlyMap<string, unknown>, key: string) => convertVariable(self, key, type, undefined);
    }),
    'T GetValueOrDefault<T>(string key, T defaultValue)': typed((types) => {
      const type = types('T');
      return (self: ReadonlyMap<string, unknown>, key: string, fallback: unknown) =>
        convertVariable(self, key, type, fallback);
    }),
  },
);

recognise('IResponse', (value) => 'StatusCode' in value && 'Headers' in value);
recognise('IRequest', (value) => 'MatchedParameters' in value && 'OriginalUrl' in value);
recognise('IUrl', (value) => 'QueryString' in value && 'Scheme' in value);
recognise('IApi', (value) => 'IsCurrentRevision' in value);
