import joi from 'joi';
import { UserError } from './errors.ts';

/** An API Management product: who may call, and how much. */
export interface Product {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  /** Calls one subscription may make in a minute; undefined: no limit. */
  readonly callsPerMinute?: number | undefined;
  /** Calls one subscription may make in a day; undefined: no limit. */
  readonly callsPerDay?: number | undefined;
}

/** What an environment changes in a product, or all of a new one. `null` or `none` removes a limit. */
export interface ProductOverride {
  readonly displayName?: string;
  readonly description?: string;
  readonly callsPerMinute?: number | null | 'none';
  readonly callsPerDay?: number | null | 'none';
}

export type ProductOverrides = Readonly<Record<string, ProductOverride | null>>;

const own: readonly Product[] = [
  {
    name: 'standard',
    displayName: 'Standard',
    description: 'For applications in production.',
    callsPerMinute: 1_200,
    callsPerDay: 100_000,
  },
  {
    name: 'trial',
    displayName: 'Trial',
    description: 'For trying a service out.',
    callsPerMinute: 60,
    callsPerDay: 1_000,
  },
  { name: 'internal', displayName: 'Internal', description: 'For the health probes and operators; without a limit.' },
];

/** The products that exist in every environment. */
export const productNames: readonly string[] = own.map(({ name }) => name);

/** Who may call a route that doesn't say: everyone with a subscription. */
export const defaultAccess: readonly string[] = ['standard', 'trial'];

const limit = joi.alternatives(joi.number().integer().min(1), joi.valid(null, 'none')).messages({
  '*': 'expected a whole number of calls, at least 1, or none',
});
const text = joi.string().messages({ '*': 'expected a text' });

/** The shape of the overrides, for the schemas of files that hold them (`products:` of an environment). */
export const productOverridesSchema = joi
  .object()
  .pattern(
    joi.string().pattern(/^[a-z0-9]([a-z0-9-]{0,78}[a-z0-9])?$/),
    joi
      .object({ displayName: text, description: text, callsPerMinute: limit, callsPerDay: limit })
      .allow(null)
      .messages({
        'object.unknown': 'unknown key; known are displayName, description, callsPerMinute and callsPerDay',
        'object.base': 'expected a product with its limits, such as callsPerMinute: 600',
      }),
  )
  .messages({
    'object.base': 'expected products by their names',
    'object.unknown': 'expected a name of lower-case letters, digits and inner hyphens',
  });

/**
 * The products of an environment: the built-in ones with what it overrides, then its new ones, which have no limits
 * but those that it gives them.
 * @throws UserError that names each mistake as `products.NAME.KEY: what is expected`
 */
export function products(overrides: ProductOverrides = {}): Product[] {
  const { error } = productOverridesSchema.validate({ ...overrides }, { abortEarly: false, convert: false });
  if (error !== undefined) {
    throw new UserError(
      error.details.map(({ path, message }) => `${['products', ...path].join('.')}: ${message}`).join('\n'),
    );
  }
  const added = Object.keys(overrides)
    .filter((name) => !productNames.includes(name))
    .map((name): Product => ({ name, displayName: titled(name), description: '' }));
  return [...own, ...added].map((product) => overridden(product, overrides[product.name] ?? {}));
}

function overridden(product: Product, override: ProductOverride): Product {
  return {
    name: product.name,
    displayName: override.displayName ?? product.displayName,
    description: override.description ?? product.description,
    callsPerMinute: limitOf(override.callsPerMinute, product.callsPerMinute),
    callsPerDay: limitOf(override.callsPerDay, product.callsPerDay),
  };
}

function limitOf(override: number | null | 'none' | undefined, otherwise: number | undefined): number | undefined {
  if (override === undefined) return otherwise;
  return override === null || override === 'none' ? undefined : override;
}

function titled(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
}
