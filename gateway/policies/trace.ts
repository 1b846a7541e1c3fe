import type { Policy } from '../compile/policy.ts';

/** Writes to the gateway's log. */
export const trace: Policy = {
  name: 'trace',
  sections: ['inbound', 'backend', 'outbound', 'on-error'],
  compile(element) {
    const source = element.text('source');
    const severity = element.choice('severity', ['verbose', 'information', 'error'], 'verbose');
    // The text may also stand in the element itself.
    const message = (element.child('message') ?? element).content();
    if (message.constant?.value === '') element.refuse('trace: the message is missing');
    const metadata = element.children('metadata').map((entry) => [entry.text('name'), entry.text('value')] as const);
    if (element.surroundings.section === 'on-error' && !element.build.settings.traceInOnError)
      element.refuse('trace is not allowed in on-error (settings.traceInOnError)');

    return (exchange) => {
      const entries = metadata.map(([name, value]) => [name.get(exchange), value.get(exchange)] as const);
      const fields = { source: source.get(exchange), requestId: exchange.RequestId, ...Object.fromEntries(entries) };
      const text = message.get(exchange);
      const { logger } = exchange.runtime;
      const level = severity.get(exchange);
      if (level === 'error') logger.error(fields, text);
      else if (level === 'information') logger.info(fields, text);
      else logger.debug(fields, text);
    };
  },
};
