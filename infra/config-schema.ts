import joi from 'joi';
import { productOverridesSchema } from '../service/products.ts';
import { parseSize, sizeForm } from '../service/units.ts';
import { parseAddress, parseRange } from './cidr.ts';

const guid = matching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'a lower-case GUID');
const email = matching(/^[^@\s"<>]{1,64}@[^@\s"<>]+\.[^@\s"<>]+$/, 'an e-mail address');
const range = checked((text) => parseRange(text) !== undefined, 'an IPv4 range such as 10.40.0.0/16');
const address = checked((text) => parseAddress(text) !== undefined, 'an IPv4 address such as 10.40.16.10');
const dnsName = matching(
  /^(?=.{4,180}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/,
  'a DNS name in lower case, such as penstock.example.com',
);
/** Azure's sizes as the API spells them; checked against the region by Azure itself. */
const size = matching(/^Standard_[A-Z]+\d+[A-Za-z0-9_-]*$/, 'a virtual machine size such as Standard_D4ds_v5');
/** The characters of an entity that API Management and Key Vault both take. */
const entity = matching(/^(?!.*--)[a-z]([a-z0-9-]{0,48}[a-z0-9])?$/, 'lower-case letters, digits and single hyphens');
const schedule = matching(/^\S+( \S+){5}$/, 'six NCRONTAB fields such as 0 */5 * * * *');

/**
 * DNS zones and records ask most: fifteen tags, four of them ours, and plain names; and no resource tells two cases apart.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations
 */
const tagName = /^(?!(owner|environment|application|stack)$)[a-z][a-z0-9_-]{0,127}$/;
const tagsForm =
  'at most 11 tags, named with letters, digits, - and _, none of them twice, or owner, environment, application or stack';

const pool = {
  size: size.required(),
  min: count(0, 1000).required(),
  max: count(1, 1000).required(),
};

/** The shape of `config/ENV.yaml`. In its error details `message` says what is expected. */
export const configSchema = record({
  name: matching(
    /^(?!.*--)[a-z][a-z0-9-]{0,18}[a-z0-9]$/,
    '2 to 20 lower-case letters, digits and single inner hyphens, such as penstock',
  ).default('penstock'),
  tenant: guid.required(),
  subscription: guid.required(),
  region: matching(/^[a-z]+[a-z0-9]*$/, 'a region as the API spells it, such as westeurope').required(),
  zones: list(joi.valid('1', '2', '3').messages({ '*': "'1', '2' or '3'" }), "zones such as ['1', '2', '3']").default([
    '1',
    '2',
    '3',
  ]),
  owner: matching(/^[^<>%&\\?/]{1,256}$/, 'who answers for this environment, for its tags').required(),
  tags: joi
    .object()
    .pattern(joi.string(), joi.string().max(256))
    .max(11)
    .custom(plainNames)
    .default({})
    .messages({ '*': tagsForm }),
  operators: record({
    groups: list(guid, 'a list of Entra group object ids').min(1).required(),
    ipRanges: list(range, 'a list of IPv4 ranges').default([]),
  }).required(),
  network: record({
    range: range.default('10.40.0.0/16'),
    nodes: range.default('10.40.0.0/20'),
    loadBalancers: range.default('10.40.16.0/24'),
    endpoints: range.default('10.40.17.0/24'),
    apiManagement: range.default('10.40.18.0/27'),
    functions: range.default('10.40.18.64/26'),
    runner: range,
    pods: range.default('10.244.0.0/16'),
    services: range.default('10.250.0.0/16'),
  }).default(),
  cluster: record({
    access: joi
      .valid('private', 'authorisedRanges')
      .default('private')
      .messages({ '*': 'private or authorisedRanges' }),
    tier: joi.valid('Free', 'Standard', 'Premium').default('Standard').messages({ '*': 'Free, Standard or Premium' }),
    version: matching(/^1\.\d{2}$/, 'a minor version in quotes, such as "1.34"'),
    system: record({ ...pool, min: count(1, 1000).required() }).required(),
    scoring: record({ ...pool, spot: flag().default(false) }).required(),
    gpu: record(pool),
  }).required(),
  apiManagement: record({
    tier: joi.valid('StandardV2', 'Developer').default('StandardV2').messages({ '*': 'StandardV2 or Developer' }),
    capacity: count(1, 10).default(1),
    publisherName: matching(/^.{1,100}$/, 'at most 100 characters').required(),
    publisherEmail: email.max(100).required(),
    subscriptions: list(
      record({ name: entity.required(), product: joi.string().required().messages({ '*': "a product's name" }) }),
      'a list of subscriptions, each with a name and a product',
    )
      .unique('name')
      .default([]),
    customDomain: record({ host: dnsName.required(), certificate: entity.required() }),
    clientCertificate: record({
      present: matching(/^[0-9a-f]{32}$/, "a certificate's version, 32 hexadecimal digits"),
      trust: list(matching(/^[0-9a-f]{32}$/, "a certificate's version"), 'a list of versions').default([]),
    }).default(),
  }).required(),
  entra: record({
    audience: matching(/^\S{1,255}$/, 'the application id URI or client id that tokens are for').required(),
    roles: list(matching(/^[\w.:-]{1,120}$/, "an application role's value"), 'a list of application roles').default([]),
  }),
  tls: record({
    issuer: joi
      .valid('letsencrypt-staging', 'letsencrypt', 'keyvault')
      .required()
      .messages({ '*': 'letsencrypt-staging, letsencrypt or keyvault' }),
    email,
  }).required(),
  domain: dnsName.required(),
  alerts: record({ emails: list(email, 'a list of e-mail addresses').min(1).required() }).required(),
  budget: record({
    amount: joi.number().min(1).required().messages({ '*': 'an amount a month, at least 1' }),
  }).required(),
  retention: record({
    logDays: count(30, 730).default(30),
    deletedDays: count(7, 90).default(30),
    reportDays: count(1, 365).default(30),
  }).default(),
  storage: record({
    replication: joi.valid('LRS', 'ZRS', 'GRS', 'GZRS').default('ZRS').messages({ '*': 'LRS, ZRS, GRS or GZRS' }),
  }).default(),
  products: productOverridesSchema.default({}),
  probes: record({
    schedule: schedule.default('0 * * * * *'),
    warmSchedule: schedule.default('0 */5 * * * *'),
  }).default(),
  state: record({
    resourceGroup: matching(/^[a-zA-Z0-9_()-]{1,90}$/, 'a resource group’s name'),
    storageAccount: matching(/^[a-z0-9]{3,24}$/, '3 to 24 lower-case letters and digits'),
    container: matching(/^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, "a container's name").default('tfstate'),
  }).default(),
  services: list(
    record({
      directory: matching(/^(?!\/)(?!.*\.\.)\S+$/, 'a directory inside the repository').required(),
      image: matching(/^sha256:[0-9a-f]{64}$/, "an image's digest, sha256:…"),
      channel: matching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, "a channel's name").default('production'),
      address: address.required(),
      cpu: count(1, 96).default(2),
      memory: joi
        .custom((value: unknown, helpers) => {
          try {
            const bytes = parseSize(value);
            return bytes >= 2 ** 28 && bytes % 2 ** 20 === 0 ? bytes : helpers.error('any.invalid');
          } catch {
            return helpers.error('any.invalid');
          }
        })
        .default(4 * 2 ** 30)
        .messages({ '*': `${sizeForm}, at least 256mb, in whole mb` }),
      replicas: record({ min: count(1, 1000).required(), max: count(1, 1000).required() }).default({ min: 2, max: 10 }),
      autoscaling: record({
        cpu: count(10, 95).default(65),
        upPercent: count(10, 1000).default(100),
        downPercent: count(1, 100).default(10),
        // Kubernetes' own limit: an hour.
        settleSeconds: count(0, 3600).default(300),
      }).default(),
    }),
    'a list of services',
  )
    .min(1)
    .unique('directory')
    .unique('address')
    .required(),
});

/** An object of these keys and no others. The message about an unknown one lists them. */
function record(keys: Record<string, joi.Schema>): joi.ObjectSchema {
  const known = Object.keys(keys).join(', ');
  return joi.object(keys).messages({
    'object.base': `an object with ${known}`,
    'object.unknown': known,
    'any.required': `an object with ${known}`,
  });
}

function list(item: joi.Schema, expected: string): joi.ArraySchema {
  return joi
    .array()
    .items(item)
    .unique()
    .messages({
      'array.base': expected,
      'array.min': `${expected}, with at least one`,
      'array.unique': 'another: this one is there already',
      'any.required': expected,
    });
}

function matching(pattern: RegExp, expected: string): joi.StringSchema {
  return joi.string().pattern(pattern).messages({ '*': expected });
}

function checked(test: (text: string) => boolean, expected: string): joi.StringSchema {
  return joi
    .string()
    .custom((value: string, helpers) => (test(value) ? value : helpers.error('any.invalid')))
    .messages({ '*': expected });
}

function plainNames(tags: Record<string, string>, helpers: joi.CustomHelpers): unknown {
  const names = Object.keys(tags).map((name) => name.toLowerCase());
  const isRight = names.every((name) => tagName.test(name)) && new Set(names).size === names.length;
  return isRight ? tags : helpers.error('any.invalid');
}

function count(least: number, most: number): joi.NumberSchema {
  return joi
    .number()
    .integer()
    .min(least)
    .max(most)
    .messages({ '*': `a whole number from ${least} to ${most}` });
}

function flag(): joi.BooleanSchema {
  return joi.boolean().messages({ '*': 'true or false' });
}
