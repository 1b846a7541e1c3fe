import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProbeTarget } from '../../functions/probe.ts';
import { contentTypeOf } from '../../service/content-type.ts';
import { loadService } from '../../service/load.ts';

/** What a call takes from a probe. How long it may take is for the probes' own rounds. */
export type CalledProbe = Pick<ProbeTarget, 'name' | 'call' | 'expected' | 'tolerance'>;

/** The probes of a service's directory, with the files that they name. @throws UserError as `loadService` does */
export async function probesIn(directory: string): Promise<CalledProbe[]> {
  const { name: service, probes } = await loadService(directory, { products: 'any' });
  return Promise.all(
    probes.map(async ({ name, method, path, body, expect, tolerance }) => ({
      name,
      call: {
        service,
        method,
        path,
        body:
          body === undefined
            ? undefined
            : { bytes: await readFile(join(directory, body)), contentType: contentTypeOf(body) },
      },
      expected: expect === undefined ? undefined : await readFile(join(directory, expect), 'utf8'),
      tolerance,
    })),
  );
}
