import { UserError } from '../../service/errors.ts';
import type { Outcome } from './invocations.ts';
import type { RegisteredFunction } from './protocol.ts';

export interface AdminParts {
  readonly functions: readonly RegisteredFunction[];
  readonly invoke: (name: string, input?: unknown) => Promise<Outcome>;
}

/**
 * The admin API, for a caller who has the master key: `GET /admin/functions` lists what is registered, and
 * `POST /admin/functions/NAME` with `{"input": …}` runs a function. The real host answers the latter with 202 at once; this one
 * waits, and answers with the outcome: 200, or 500 when the function failed.
 */
export function createAdmin({ functions, invoke }: AdminParts) {
  return async (method: string, path: string, body: Buffer): Promise<{ status: number; body: unknown }> => {
    if (method === 'GET' && path === '/admin/functions') return { status: 200, body: functions };
    const name = /^\/admin\/functions\/([^/]+)$/.exec(path)?.[1];
    if (method !== 'POST' || name === undefined)
      return { status: 404, body: { error: `there is no ${method} ${path}` } };
    try {
      const { input } = (body.length > 0 ? JSON.parse(body.toString()) : {}) as { input?: unknown };
      const outcome = await invoke(decodeURIComponent(name), input);
      return { status: outcome.ok ? 200 : 500, body: outcome };
    } catch (error) {
      return { status: error instanceof UserError ? 404 : 400, body: { error: (error as Error).message } };
    }
  };
}
