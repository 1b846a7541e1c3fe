import type { Exchange } from '../../execution/exchange.ts';
import { Fault } from '../../execution/fault.ts';
import type { Exhausted, Quota } from '../../limits/quota.ts';

/** @throws Fault 403 when nothing is left of the quota */
export function checkQuota(exchange: Exchange, key: string, quota: Quota, own = 0): void {
  const exhausted = exchange.runtime.quotas.exhausted(key, quota, own);
  if (exhausted) throw outOfQuota(exhausted);
}

/** Has the bytes of the request's and the response's bodies counted when they have gone through. */
export async function countBytes(exchange: Exchange, key: string, quota: Quota): Promise<void> {
  if (quota.bandwidth === undefined) return;
  const { request } = exchange;
  const announced = request.incoming.headers['content-length'];
  const received = announced === undefined ? ((await request.Body?.buffer()) ?? 0) : Number(announced);
  exchange.afterwards(() => exchange.runtime.quotas.count(key, quota, 0, received + exchange.sentBytes));
}

function outOfQuota({ what, wait }: Exhausted): Fault {
  const reason = 'QuotaExceeded';
  if (wait === undefined) return new Fault({ status: 403, message: `Out of ${what} quota.`, reason });
  const seconds = Math.max(1, Math.ceil(wait / 1000));
  return new Fault({
    status: 403,
    message: `Out of ${what} quota. Quota will be replenished in ${timeSpan(seconds)}.`,
    reason,
    headers: [['Retry-After', String(seconds)]],
  });
}

/** As C# writes a TimeSpan: `hh:mm:ss`, with days `d.hh:mm:ss`. */
function timeSpan(seconds: number): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const rest = `${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return days > 0 ? `${days}.${rest}` : rest;
}
