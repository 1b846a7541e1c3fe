import { BlockList, isIP } from 'node:net';
import { Fault } from '../execution/fault.ts';
import type { Policy } from '../compile/policy.ts';

/** Lets in only the addresses named, or all but those. */
export const ipFilter: Policy = {
  name: 'ip-filter',
  sections: ['inbound'],
  compile(element) {
    const action = element.choice('action', ['allow', 'forbid']);
    const addresses = element.children('address').map((address) => ({ address, value: address.content() }));
    const ranges = element.children('address-range').map((range) => ({
      range,
      from: range.literal('from', range.text('from')),
      to: range.literal('to', range.text('to')),
    }));
    if (addresses.length + ranges.length === 0) element.refuse('ip-filter: an address or address-range is missing');

    const list = new BlockList();
    for (const { address, value } of addresses) {
      const text = address.literal('address', value);
      const family = familyOf(text);
      if (family) list.addAddress(text, family);
      else address.refuse(`ip-filter: '${text}' is not an IP address`);
    }
    for (const { range, from, to } of ranges) {
      const family = familyOf(from);
      if (!family || family !== familyOf(to))
        range.refuse(`ip-filter: '${from}' to '${to}' is not a range of addresses`);
      else
        try {
          list.addRange(from, to, family);
        } catch {
          range.refuse(`ip-filter: '${from}' to '${to}' is not a range of addresses`);
        }
    }

    return (exchange) => {
      const caller = exchange.request.IpAddress;
      const refuse = (reason: string, detail: string) => {
        throw new Fault({ status: 403, message: 'Forbidden', reason, detail });
      };
      const family = familyOf(caller);
      if (!family)
        return refuse('FailedToParseCallerIP', 'Failed to establish IP address for the caller. Access denied.');
      const listed = list.check(caller, family);
      if (action.get(exchange) === 'forbid') {
        if (listed) refuse('CallerIpBlocked', 'Caller IP address is blocked. Access denied.');
      } else if (!listed) {
        refuse('CallerIpNotAllowed', `Caller IP address ${caller} is not allowed. Access denied.`);
      }
    };
  },
};

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  return { 4: 'ipv4' as const, 6: 'ipv6' as const }[isIP(address)];
}
