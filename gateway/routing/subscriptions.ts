import type { Configuration } from '../config.ts';
import type { Subscription, User } from '../context.ts';

/** A subscription key's rights. */
export interface Access {
  readonly subscription: Subscription;
  readonly user: User | null;
  readonly active: boolean;
  readonly scope: 'product' | 'api' | 'all';
  /** The product's or the API's id. */
  readonly scopeId: string;
}

/** All keys, primary and secondary, and what they open. */
export class Subscriptions {
  readonly #byKey = new Map<string, Access>();

  constructor(subscriptions: Configuration['subscriptions'], users: ReadonlyMap<string, User>) {
    for (const config of subscriptions) {
      const slash = config.scope.indexOf('/');
      for (const key of [config.primaryKey, config.secondaryKey]) {
        if (key === '') continue;
        this.#byKey.set(key, {
          subscription: {
            Id: config.id,
            Name: config.displayName,
            Key: key,
            PrimaryKey: config.primaryKey,
            SecondaryKey: config.secondaryKey,
            CreatedDate: new Date(config.createdDate),
            StartDate: config.startDate === undefined ? null : new Date(config.startDate),
            EndDate: config.endDate === undefined ? null : new Date(config.endDate),
          },
          user: users.get(config.user ?? '') ?? null,
          active: config.state === 'active',
          scope: (slash === -1 ? 'all' : config.scope.slice(0, slash)) as Access['scope'],
          scopeId: slash === -1 ? '' : config.scope.slice(slash + 1),
        });
      }
    }
  }

  get(key: string): Access | undefined {
    return this.#byKey.get(key);
  }
}
