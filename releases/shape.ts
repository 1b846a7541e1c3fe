import type { ObjectSchema } from 'joi';

/** The value as the schema's type. @throws TypeError that says what is wrong with it */
export function shaped<T>(schema: ObjectSchema<T>, value: unknown): T {
  const result = schema.validate(value, { convert: false });
  if (result.error !== undefined) throw new TypeError(result.error.message);
  return result.value;
}
