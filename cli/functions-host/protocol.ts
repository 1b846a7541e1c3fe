/** A value on its way to or from the app, in the shapes of the Functions host's own protocol (RpcTypedData). */
export interface RpcData {
  readonly string?: string;
  readonly json?: string;
  readonly int?: number;
  readonly double?: number;
  readonly bytes?: Uint8Array;
  readonly http?: RpcHttp;
}

export interface RpcHttp {
  readonly url?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: RpcData | null;
  readonly statusCode?: string;
  readonly cookies?: readonly RpcCookie[];
}

export interface RpcCookie {
  readonly name?: string;
  readonly value?: string;
  readonly domain?: { readonly value?: string };
  readonly path?: { readonly value?: string };
  readonly expires?: { readonly value?: Date | { readonly seconds?: number } };
  readonly maxAge?: { readonly value?: number };
  readonly secure?: { readonly value?: boolean };
  readonly httpOnly?: { readonly value?: boolean };
  readonly sameSite?: string;
}

/** One binding as the library registers it; what else it holds depends on its type. */
export interface Binding {
  readonly type: string;
  readonly direction: 'in' | 'out';
  readonly [property: string]: unknown;
}

export interface RegisteredFunction {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly retry?: RetryOptions;
}

export interface RetryOptions {
  readonly strategy: 'fixedDelay' | 'exponentialBackoff';
  readonly maxRetryCount: number;
  readonly delaySeconds: number;
  readonly minimumSeconds: number;
  readonly maximumSeconds: number;
}

export type LogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none';

export interface Invocation {
  readonly id: string;
  readonly function: string;
  readonly input: { readonly name: string; readonly data: RpcData };
  readonly metadata: Readonly<Record<string, RpcData>>;
  readonly traceparent: string;
  readonly retry?: { readonly count: number; readonly max: number };
}

export type Ended =
  | { readonly ok: true; readonly returned?: RpcData | null }
  | { readonly ok: false; readonly message: string; readonly stack?: string };

export type ToWorker =
  | { readonly type: 'load'; readonly appDir: string }
  | { readonly type: 'invoke'; readonly invocation: Invocation }
  | { readonly type: 'stop' };

export type FromWorker =
  | { readonly type: 'loaded'; readonly functions: readonly RegisteredFunction[] }
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'log'; readonly level: LogLevel; readonly message: string; readonly invocation: string }
  | { readonly type: 'ended'; readonly invocation: string; readonly ended: Ended };
