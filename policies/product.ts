import type { Product } from '../service/products.ts';
import { base } from './language/control.ts';
import { policyDocument } from './language/document.ts';
import { day, quota, rateLimit } from './language/limits.ts';

const minute = 60;

/** A product's limits: calls a minute (429) and calls a day (403), counted for each subscription. */
export function productPolicy({ callsPerMinute, callsPerDay }: Product): string {
  return policyDocument('product', {
    inbound: [
      base(),
      ...(callsPerMinute === undefined ? [] : [rateLimit({ calls: callsPerMinute, renewalPeriod: minute })]),
      ...(callsPerDay === undefined ? [] : [quota({ calls: callsPerDay, renewalPeriod: day })]),
    ],
  });
}
