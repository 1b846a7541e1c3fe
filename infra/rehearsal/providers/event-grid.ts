import { mayAlready, type ResourceProvider } from '../provider.ts';
import type { Json } from '../resources.ts';

export const eventGrid: ResourceProvider = {
  namespace: 'microsoft.eventgrid',
  refusals: {
    'microsoft.eventgrid/systemtopics/eventsubscriptions': [
      {
        source: 'https://learn.microsoft.com/azure/event-grid/managed-service-identity#storage-queues',
        refuses: (subscription, world) => {
          const { identity, destination } = (subscription.properties['deliveryWithResourceIdentity'] ?? {}) as Record<
            string,
            Json
          >;
          if (identity?.['type'] !== 'SystemAssigned' || destination?.['endpointType'] !== 'StorageQueue')
            return undefined;
          const topic = world.resources.get(subscription.id.replace(/\/eventSubscriptions\/[^/]+$/i, ''));
          const { resourceId, queueName } = destination['properties'] as Record<string, string>;
          const queue = `${resourceId}/queueServices/default/queues/${queueName}`;
          if (!world.resources.has(queue)) return `There is no queue ${queue}`;
          return mayAlready(world, topic?.identity?.principalId, ['Storage Queue Data Message Sender'], queue)
            ? undefined
            : `The topic's identity may not send to ${queue}`;
        },
      },
    ],
  },
  answer({ method, path }) {
    // For web hooks, which have a URL with a secret in it; a queue has none.
    return method === 'POST' && /\/getfullurl$/i.test(path) ? { status: 200, body: {} } : undefined;
  },
};
