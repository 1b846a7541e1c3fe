import { NetException } from '../exceptions.ts';
import { DateTime } from './datetime.ts';
import { DateTimeOffset } from './datetime-offset.ts';
import { formatDateTime } from './datetime-format.ts';
import { Guid } from './guid.ts';
import { formatOf } from './number-kinds.ts';
import { formatTimeSpan, TimeSpan } from './timespan.ts';
import { text } from './value.ts';

/** An object's text with a format string, as IFormattable gives it; other objects ignore the format. */
export function formatValue(value: unknown, format: string | null): string {
  if (format === null || format === '') return text(value);
  if (value instanceof DateTime) return formatDateTime(value, format);
  if (value instanceof DateTimeOffset) return value.format(format);
  if (value instanceof TimeSpan) return formatTimeSpan(value, format);
  if (value instanceof Guid) return value.format(format);
  return formatOf(value)?.(format) ?? text(value);
}

/** One `{index,width:format}`: a negative width puts the spaces behind. */
export function formatItem(value: unknown, width: number, format: string | null): string {
  const written = formatValue(value, format);
  return width < 0 ? written.padEnd(-width) : written.padStart(width);
}

/** string.Format. Throws FormatException as .NET does for a wrong format or an index without an argument. */
export function compositeFormat(format: string, args: readonly unknown[]): string {
  let result = '';
  const item = /\{\{|\}\}|\{(\d+)\s*(?:,\s*(-?\d+)\s*)?(?::((?:[^{}]|\{\{|\}\})*))?\}|[{}]/gy;
  for (let i = 0; i < format.length;) {
    item.lastIndex = i;
    const found = item.exec(format);
    if (!found) {
      result += format[i++]!;
      continue;
    }
    i = item.lastIndex;
    const [whole, index, width, itemFormat] = found;
    if (whole === '{{' || whole === '}}') result += whole[0]!;
    else if (index === undefined)
      throw new NetException('FormatException', 'Input string was not in a correct format.');
    else if (Number(index) >= args.length) {
      throw new NetException(
        'FormatException',
        'Index (zero based) must be greater than or equal to zero and less than the size of the argument list.',
      );
    } else {
      const inner = itemFormat?.replaceAll('{{', '{').replaceAll('}}', '}');
      result += formatItem(args[Number(index)], Number(width ?? 0), inner ?? null);
    }
  }
  return result;
}
