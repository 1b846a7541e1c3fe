import { UserError } from '../../service/errors.ts';

export type AppSettings = Readonly<Record<string, string>>;

/**
 * Puts app settings in for every `%NAME%` in a binding's property, as the Functions host does.
 *
 * @param where what the message of a missing setting names, `function probe-health, schedule`
 * @throws UserError naming the setting that is missing.
 */
export function resolveSettings(text: string, settings: AppSettings, where: string): string {
  return text.replace(/%([^%]+)%/g, (_, name: string) => {
    const value = settings[name];
    if (value === undefined || value === '') {
      throw new UserError(`${where} is "${text}", but the app setting ${name} is missing`);
    }
    return value;
  });
}
