import type { X509Certificate } from 'node:crypto';
import type { Headers } from './headers.ts';

/**
 * What a policy expression sees as `context`. Names and shapes are those of API Management's context variable
 * (https://learn.microsoft.com/azure/api-management/api-management-policy-expressions#ContextVariables), so an
 * expression's member access maps one to one. C# types without a counterpart are carried by the nearest JavaScript one:
 * a Guid by its text, a DateTime by a Date, a TimeSpan by milliseconds, a dictionary by a Map, an X509Certificate2 by
 * node's X509Certificate. `null` stands for C#'s null.
 */
export interface PolicyContext {
  readonly Api: Api;
  readonly Deployment: Deployment;
  /** A TimeSpan: milliseconds since the request came in. */
  readonly Elapsed: number;
  /** Null until something fails, so everywhere but in on-error. */
  readonly LastError: LastError | null;
  /** Null only where no operation matched. */
  readonly Operation: Operation | null;
  /** Null for calls that do not run in a product: API-scoped and all-API keys, and APIs that need no key. */
  readonly Product: Product | null;
  readonly Request: PolicyRequest;
  /** A Guid, as text. */
  readonly RequestId: string;
  /** In inbound, before anything was forwarded, an empty response with status 200. */
  readonly Response: PolicyResponse;
  readonly Subscription: Subscription | null;
  /** A DateTime, UTC: when the request came in. */
  readonly Timestamp: Date;
  readonly Tracing: boolean;
  readonly User: User | null;
  /** What set-variable and other policies have written: strings, or whatever an expression returned. Case matters. */
  readonly Variables: Map<string, unknown>;
  Trace(message: string): void;
}

export interface Api {
  readonly Id: string;
  readonly IsCurrentRevision: boolean;
  readonly Name: string;
  readonly Path: string;
  /** How callers reach it: `http` or `https`. */
  readonly Protocols: readonly string[];
  readonly Revision: string;
  readonly ServiceUrl: Url | null;
  readonly SubscriptionKeyParameterNames: { readonly Header: string; readonly Query: string };
  readonly Version: string | null;
}

export interface Deployment {
  readonly Certificates: ReadonlyMap<string, X509Certificate>;
  readonly Gateway: { readonly Id: string; readonly InstanceId: string; readonly IsManaged: boolean };
  readonly GatewayId: string;
  readonly Region: string;
  readonly ServiceId: string;
  readonly ServiceName: string;
}

export interface LastError {
  /** The policy's name or `configuration`, `authorization` …: https://learn.microsoft.com/azure/api-management/api-management-error-handling-policies */
  readonly Source: string;
  readonly Reason: string;
  readonly Message: string;
  /** `global`, `product`, `api` or `operation`. */
  readonly Scope: string | null;
  /** `inbound`, `backend`, `outbound` or `on-error`. */
  readonly Section: string | null;
  /** Names of the enclosing policies, such as `choose[3]/when[2]`. */
  readonly Path: string | null;
  /** The `id` attribute of the policy that failed. */
  readonly PolicyId: string | null;
}

export interface Operation {
  readonly Id: string;
  readonly Method: string;
  readonly Name: string;
  readonly UrlTemplate: string;
}

export interface Product {
  readonly Apis: readonly Api[];
  readonly ApprovalRequired: boolean;
  readonly Groups: readonly Group[];
  readonly Id: string;
  readonly Name: string;
  /** The names of C#'s enum ProductState. */
  readonly State: 'Published' | 'NotPublished';
  readonly SubscriptionLimit: number | null;
  readonly SubscriptionRequired: boolean;
}

export interface Subscription {
  readonly CreatedDate: Date;
  readonly EndDate: Date | null;
  readonly Id: string;
  /** The key that this call used: the primary or the secondary one. */
  readonly Key: string;
  readonly Name: string;
  readonly PrimaryKey: string;
  readonly SecondaryKey: string;
  readonly StartDate: Date | null;
}

export interface User {
  readonly Email: string;
  readonly FirstName: string;
  readonly Groups: readonly Group[];
  readonly Id: string;
  readonly Identities: readonly { readonly Id: string; readonly Provider: string }[];
  readonly LastName: string;
  readonly Note: string;
  readonly RegistrationDate: Date;
}

export interface Group {
  readonly Id: string;
  readonly Name: string;
}

export interface PolicyRequest {
  /** Null when the request has none. */
  readonly Body: MessageBody | null;
  /** The caller's certificate; null without client TLS. */
  readonly Certificate: X509Certificate | null;
  /** Whether an authority that the gateway trusts vouches for it, which `Verify()` of the certificate tells. */
  readonly certificateTrusted: boolean;
  /** In C# an IReadOnlyDictionary<string, string[]> whose `GetValueOrDefault` joins values by commas: `Headers.get`. */
  readonly Headers: Headers;
  readonly IpAddress: string;
  /** Parameters of the operation's template, decoded. */
  readonly MatchedParameters: ReadonlyMap<string, string>;
  readonly Method: string;
  /** As the caller sent it. */
  readonly OriginalUrl: Url;
  readonly PrivateEndpointConnection: null;
  /** Where the request goes: the backend's URL, as policies have changed it so far. */
  readonly Url: Url;
}

/** The answer on its way out, or the one that send-request put into a variable (`(IResponse)context.Variables["x"]`). */
export interface PolicyResponse {
  readonly Body: MessageBody | null;
  readonly Headers: Headers;
  readonly StatusCode: number;
  readonly StatusReason: string;
}

/**
 * A message's body. `As<T>(preserveContent)` and `AsFormUrlEncodedContent(preserveContent)` are the expression
 * compiler's: it reads the bytes here and makes of them what T asks for. The gateway buffers the body before it
 * evaluates an expression that says it reads it, so reading is synchronous.
 */
export interface MessageBody {
  /** The `Content-Type` of the message, for the character set; undefined when absent. */
  readonly contentType: string | undefined;
  /**
   * All the bytes. Without `preserveContent` the body is used up, as in API Management: later reads, and the backend,
   * get an empty one.
   */
  read(preserveContent: boolean): Buffer;
}

export interface Url {
  readonly Host: string;
  /** From the first slash on, without the query, still percent-encoded. */
  readonly Path: string;
  readonly Port: number;
  /** Names and values, decoded; a name that is repeated has several values. */
  readonly Query: ReadonlyMap<string, readonly string[]>;
  /** With its question mark; empty when there is none. */
  readonly QueryString: string;
  readonly Scheme: string;
  /** The whole URL. */
  toString(): string;
}
