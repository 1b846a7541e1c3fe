import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type * as context from '../context.ts';
import type { Milliseconds } from '../clock.ts';
import type { Plan } from '../scopes/plan.ts';
import { Request, Response } from './messages.ts';
import type { Caching } from './response-cache.ts';
import type { ResponseStream } from './response-stream.ts';
import type { Runtime } from './runtime.ts';

const noApi: context.Api = {
  Id: '',
  IsCurrentRevision: true,
  Name: '',
  Path: '',
  Protocols: [],
  Revision: '',
  ServiceUrl: null,
  SubscriptionKeyParameterNames: { Header: '', Query: '' },
  Version: null,
};

/** One call on its way through the gateway. It is the `context` of the policies' expressions. */
export class Exchange implements context.PolicyContext {
  readonly runtime: Runtime;
  readonly request: Request;
  /** Replaced by forward-request, return-response and errors. */
  response = new Response();
  /** Set by a policy that answers the call itself: nothing else runs. */
  finished = false;
  /** Set by cache-lookup where the response may be kept. */
  caching: Caching | undefined;
  /** The response is the cache's: the outbound section is taken up behind cache-store. */
  fromCache = false;
  /** The policies that hold for this call. */
  plan: Plan;
  readonly startedAt: Milliseconds;

  Api: context.Api = noApi;
  Operation: context.Operation | null = null;
  Product: context.Product | null = null;
  Subscription: context.Subscription | null = null;
  User: context.User | null = null;
  LastError: context.LastError | null = null;
  readonly Tracing = false;
  readonly Variables = new Map<string, unknown>();
  /** The query parameters that the operation's template names. */
  templateQuery: readonly string[] = [];
  /** How many bytes of the answer's body have gone out. */
  sentBytes = 0;

  #requestId: string | undefined;
  readonly #calls: ResponseStream[] = [];
  #gone = false;
  #counted: Map<string, number> | undefined;
  #beforeSending: ((exchange: Exchange) => void | Promise<void>)[] | undefined;
  #afterwards: ((exchange: Exchange) => void)[] | undefined;

  constructor(runtime: Runtime, incoming: IncomingMessage, plan: Plan) {
    this.runtime = runtime;
    this.request = new Request(incoming);
    this.plan = plan;
    this.startedAt = runtime.clock.now();
  }

  get Request(): Request {
    return this.request;
  }

  get Response(): Response {
    return this.response;
  }

  get Deployment(): context.Deployment {
    return this.runtime.deployment;
  }

  get RequestId(): string {
    return (this.#requestId ??= randomUUID());
  }

  get Timestamp(): Date {
    return new Date(this.startedAt);
  }

  get Elapsed(): Milliseconds {
    return this.runtime.clock.now() - this.startedAt;
  }

  Trace(message: string): void {
    this.runtime.logger.debug({ requestId: this.RequestId }, message);
  }

  /** The caller has hung up: nothing more needs to be done for it. */
  get gone(): boolean {
    return this.#gone;
  }

  callerGone(): void {
    this.#gone = true;
    for (const call of this.#calls) call.abort(new Error('the caller has hung up'));
  }

  /** Ties a call to a backend to this one: it ends when the caller hangs up. */
  follow(call: ResponseStream): void {
    this.#calls.push(call);
    if (this.#gone) this.callerGone();
  }

  replaceResponse(response: Response): void {
    this.response.Body?.takeStream()?.discard();
    this.response = response;
  }

  /** Has `hook` run when the answer is final, be it a backend's, a policy's or an error's. */
  beforeSending(hook: (exchange: Exchange) => void | Promise<void>): void {
    (this.#beforeSending ??= []).push(hook);
  }

  /** Has `hook` run when the last byte has gone out, or the connection has broken. */
  afterwards(hook: (exchange: Exchange) => void): void {
    (this.#afterwards ??= []).push(hook);
  }

  /** What this call has counted already, by the counter's key: several policies may share a counter. */
  get counted(): Map<string, number> {
    return (this.#counted ??= new Map());
  }

  async settle(): Promise<void> {
    for (const hook of this.#beforeSending ?? []) await hook(this);
  }

  done(): void {
    for (const hook of this.#afterwards ?? []) hook(this);
  }
}
