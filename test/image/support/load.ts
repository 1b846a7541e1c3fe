import { Agent, request as httpRequest } from 'node:http';

/** What several callers ask, one request after the other each, until they are stopped or refused. */
export interface Load {
  readonly answered: number;
  /** How many answers had each status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Requests that were sent and not answered. */
  readonly lost: readonly string[];
  /** Settles when every caller has ended. */
  readonly finished: Promise<unknown>;
  stop(): Promise<void>;
}

/**
 * Asks a server over `callers` kept connections. A refused connection ends its caller: nothing was asked on it. So does one
 * that the server closed while it was idle, just before the next request: by HTTP's rules (RFC 9112, section 9.3.1) such a
 * request is sent again on another connection. A new connection may be closed like that as well, when the server stops
 * listening before it has taken it: once for each caller, since the next one is refused.
 */
export function startLoad(
  port: number,
  callers: number,
  next: (turn: number) => { readonly path: string; readonly body: string },
): Load {
  const statuses = new Map<number, number>();
  const lost: string[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: callers });
  let [turns, answered, stopped] = [0, 0, false];

  const ask = (): Promise<'answered' | 'refused' | 'retry' | 'reset'> => {
    const { path, body } = next(turns++);
    return new Promise((resolve) => {
      const request = httpRequest({ host: '127.0.0.1', port, path, method: 'POST', agent });
      request.setHeader('Content-Type', 'application/json');
      request.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ECONNREFUSED') return resolve('refused');
        if (request.reusedSocket) return resolve('retry');
        if (error.code === 'ECONNRESET') return resolve('reset');
        lost.push(`${error.code}: ${error.message}`);
        resolve('refused');
      });
      request.on('response', (response) => {
        response.on('error', (error) => {
          lost.push(`in the answer: ${error.message}`);
          resolve('refused');
        });
        response.on('end', () => {
          statuses.set(response.statusCode ?? 0, (statuses.get(response.statusCode ?? 0) ?? 0) + 1);
          answered += 1;
          resolve('answered');
        });
        response.resume();
      });
      request.end(body);
    });
  };
  const caller = async () => {
    let resets = 0;
    while (!stopped) {
      const outcome = await ask();
      if (outcome === 'refused') return;
      if (outcome === 'reset' && ++resets > 1) return void lost.push('reset again on a new connection');
    }
  };
  const finished = Promise.all(Array.from({ length: callers }, caller)).then(() => agent.destroy());
  return {
    get answered() {
      return answered;
    },
    statuses,
    lost,
    finished,
    stop: async () => {
      stopped = true;
      await finished;
    },
  };
}
