import type { ResourceProvider } from '../provider.ts';

/** The subscription's features: off until somebody registers them. */
export const compute: ResourceProvider = {
  namespace: 'microsoft.compute',
  answer({ method, path }, { resources }) {
    const [, feature, register] = /^(.*\/features\/[^/]+)(\/register)?$/i.exec(path) ?? [];
    if (feature === undefined) return undefined;
    if (method === 'POST' && register !== undefined) resources.put(feature, { properties: { state: 'Registered' } });
    return { status: 200, body: resources.get(feature) ?? { id: feature, properties: { state: 'NotRegistered' } } };
  },
};
