import { Response } from '../execution/messages.ts';
import type { Policy } from '../compile/policy.ts';

/** Answers at once, without content: this gateway knows no examples or schemas of the operations' responses. */
export const mockResponse: Policy = {
  name: 'mock-response',
  sections: ['inbound', 'outbound', 'on-error'],
  compile(element) {
    const status = element.optionalInteger('status-code', { min: 200, max: 599 });
    const contentType = element.optionalText('content-type');
    return (exchange) => {
      const response = new Response(status?.get(exchange));
      if (contentType) response.Headers.set('Content-Type', contentType.get(exchange));
      exchange.replaceResponse(response);
      exchange.finished = true;
    };
  },
};
