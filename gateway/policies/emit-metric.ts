import { sectionNames } from '../scopes/plan.ts';
import type { Policy } from '../compile/policy.ts';

/** What a dimension without a value is filled with: https://learn.microsoft.com/azure/api-management/emit-metric-policy */
const defaults = {
  'API ID': 'Api.Id',
  'Operation ID': 'Operation.Id',
  'Product ID': 'Product.Id',
  'User ID': 'User.Id',
  'Subscription ID': 'Subscription.Id',
  Location: 'Deployment.Region',
  'Gateway ID': 'Deployment.GatewayId',
} as const;

/** Adds to a metric, which the gateway keeps in memory (`Gateway.metrics()`) instead of sending it to Azure Monitor. */
export const emitMetric: Policy = {
  name: 'emit-metric',
  sections: sectionNames,
  compile(element) {
    const name = element.text('name');
    const namespace = element.optionalText('namespace');
    const value = element.optionalNumber('value');
    const most = element.build.settings.emitMetricDimensions;
    const children = element.children('dimension');
    if (children.length > most)
      element.refuse(`emit-metric: ${children.length} dimensions; at most ${most} are allowed`);
    const dimensions = children.map((child) => {
      const dimension = child.literal('name', child.text('name'));
      const given = child.optionalText('value');
      const path = defaults[dimension as keyof typeof defaults]?.split('.');
      if (!given && !path) child.refuse(`emit-metric: the dimension '${dimension}' needs a value`);
      return { dimension, given, path };
    });

    return (exchange) => {
      const filled = dimensions.map(({ dimension, given, path }) => {
        const text = given?.get(exchange) ?? follow(exchange, path ?? []);
        return [dimension, text] as const;
      });
      exchange.runtime.metrics.add({
        name: name.get(exchange),
        namespace: namespace?.get(exchange) ?? 'API Management',
        value: value?.get(exchange) ?? 1,
        dimensions: Object.fromEntries(filled),
      });
    };
  },
};

function follow(from: unknown, path: readonly string[]): string {
  const found = path.reduce<unknown>((object, key) => (object as Record<string, unknown> | null)?.[key], from);
  return typeof found === 'string' ? found : '';
}
