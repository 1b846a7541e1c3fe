import type { Exchange } from '../../execution/exchange.ts';
import { Fault } from '../../execution/fault.ts';
import type { Rate } from '../../limits/window.ts';
import type { PolicyReader } from '../../compile/reader.ts';

/** What the rate-limit policies tell, and by which names. */
export interface RateReport {
  remaining(exchange: Exchange, left: number, total: number): void;
  /** @throws Fault 429 */
  exceeded(exchange: Exchange, wait: number): never;
}

export function rateReport(element: PolicyReader): RateReport {
  const name = (attribute: string) => element.literal(attribute, element.optionalText(attribute));
  const retryAfterHeader = name('retry-after-header-name') ?? 'Retry-After';
  const retryAfterVariable = name('retry-after-variable-name');
  const remainingHeader = name('remaining-calls-header-name');
  const remainingVariable = name('remaining-calls-variable-name');
  const totalHeader = name('total-calls-header-name');
  return {
    remaining(exchange, left, total) {
      const shown = Math.max(0, left);
      if (remainingVariable) exchange.Variables.set(remainingVariable, shown);
      if (!remainingHeader && !totalHeader) return;
      exchange.beforeSending(({ response: { Headers } }) => {
        if (remainingHeader) Headers.set(remainingHeader, String(shown));
        if (totalHeader) Headers.set(totalHeader, String(total));
      });
    },
    exceeded(exchange, wait) {
      const seconds = Math.max(1, Math.ceil(wait / 1000 - 1e-6));
      if (retryAfterVariable) exchange.Variables.set(retryAfterVariable, seconds);
      throw new Fault({
        status: 429,
        message: `Rate limit is exceeded. Try again in ${seconds} seconds.`,
        reason: 'RateLimitExceeded',
        headers: [[retryAfterHeader, String(seconds)]],
      });
    },
  };
}

/** Counts one call, or refuses it. */
export function countCall(exchange: Exchange, key: string, rate: Rate, report: RateReport): void {
  const { rates } = exchange.runtime;
  const wait = rates.wait(key, rate);
  if (wait > 0) {
    report.remaining(exchange, 0, rate.calls);
    report.exceeded(exchange, wait);
  }
  rates.count(key, 1, rate);
  report.remaining(exchange, rates.remaining(key, rate), rate.calls);
}
