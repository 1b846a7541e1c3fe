import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Agent, type Dispatcher } from 'undici';
import type { BackendConfig, Configuration } from '../config.ts';
import { UserError } from '../errors.ts';
import { type Base, parseBase } from './url.ts';
import { ResponseStream } from './response-stream.ts';

/** A backend entity, ready for calls. */
export interface Backend {
  readonly id: string;
  readonly base: Base;
  readonly credentials: NonNullable<BackendConfig['credentials']>;
  readonly dispatcher: Dispatcher;
}

export interface Call {
  readonly origin: string;
  /** Path and query. */
  readonly path: string;
  readonly method: string;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body: Dispatcher.DispatchOptions['body'];
}

/** Keep-alive connections to all backends. Timeouts are the policies' business, so the client sets none of its own. */
export class Backends {
  readonly #byId = new Map<string, Backend>();
  readonly #plain = new Agent({ headersTimeout: 0, bodyTimeout: 0 });

  /** @throws UserError when a certificate file can't be read */
  static async open({ backends, directory }: Configuration): Promise<Backends> {
    const opened = new Backends();
    for (const config of backends) {
      opened.#byId.set(config.id, {
        id: config.id,
        base: parseBase(config.url)!,
        credentials: config.credentials ?? {},
        dispatcher: config.tls ? await tlsAgent(config, directory) : opened.#plain,
      });
    }
    return opened;
  }

  get(id: string): Backend | undefined {
    return this.#byId.get(id);
  }

  /** Starts a call; what goes wrong with it comes through the stream. */
  send(call: Call, backend?: Backend): ResponseStream {
    const stream = new ResponseStream();
    const dispatcher = backend?.dispatcher ?? this.#plain;
    dispatcher.dispatch({ ...call, method: call.method }, stream);
    return stream;
  }

  async close(): Promise<void> {
    const dispatchers = new Set<Dispatcher>([this.#plain, ...[...this.#byId.values()].map((b) => b.dispatcher)]);
    await Promise.all([...dispatchers].map((dispatcher) => dispatcher.destroy()));
  }
}

async function tlsAgent({ id, tls = {} }: BackendConfig, directory: string): Promise<Agent> {
  const file = async (name: string | undefined) => {
    if (name === undefined) return undefined;
    try {
      return await readFile(path.resolve(directory, name));
    } catch (error) {
      throw new UserError(`backend '${id}': ${name} can't be read (${(error as NodeJS.ErrnoException).code})`);
    }
  };
  return new Agent({
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      ca: await file(tls.ca),
      cert: await file(tls.certificate),
      key: await file(tls.key),
      rejectUnauthorized: tls.validateCertificateChain ?? true,
      ...(tls.validateCertificateName === false ? { checkServerIdentity: () => undefined } : {}),
    },
  });
}
