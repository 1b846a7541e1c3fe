import { parseBase } from '../execution/url.ts';
import type { Policy } from '../compile/policy.ts';

/** Sends the request elsewhere: to a URL, or to a backend of the configuration with its credentials. */
export const setBackendService: Policy = {
  name: 'set-backend-service',
  sections: ['inbound', 'backend'],
  compile(element) {
    const baseUrl = element.optionalText('base-url');
    const backendId = element.optionalText('backend-id');
    if ((baseUrl === undefined) === (backendId === undefined))
      element.refuse('set-backend-service: either base-url or backend-id is needed');

    const fixedUrl = baseUrl?.constant && parseBase(baseUrl.constant.value);
    if (baseUrl?.constant && !fixedUrl)
      element.refuse(`set-backend-service: base-url="${baseUrl.constant.value}" must be an http or https URL`);
    const fixedId = backendId?.constant?.value;
    if (fixedId !== undefined && !element.build.backends.has(fixedId))
      element.refuse(`set-backend-service: there is no backend '${fixedId}'`);

    return (exchange) => {
      const { request, runtime } = exchange;
      if (backendId) {
        const id = backendId.get(exchange);
        const backend = runtime.backends.get(id);
        if (!backend) throw new Error(`There is no backend '${id}'.`);
        request.backend = backend;
        request.base = backend.base;
      } else {
        const url = fixedUrl ? undefined : baseUrl!.get(exchange);
        const base = fixedUrl ?? parseBase(url!);
        if (!base) throw new Error(`The backend's URL '${url}' is not an http or https URL.`);
        request.backend = undefined;
        request.base = base;
      }
    };
  },
};
