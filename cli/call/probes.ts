import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProbeTarget } from '../../functions/probe.ts';
import { contentTypeOf } from '../../service/content-type.ts';
import { loadService } from '../../service/load.ts';

/** A probe to call with: of a directory, which is no release yet, or of a release. */
export type CallProbe = Omit<ProbeTarget, 'release'>;

/** The probes of a service's directory, with the files that they name. @throws UserError as `loadService` does */
export async function probesIn(directory: string): Promise<CallProbe[]> {
  const { name: service, probes } = await loadService(directory, { products: 'any' });
  return Promise.all(
    probes.map(async ({ name, method, path, body, expect, tolerance, maxLatency }) => ({
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
      maxLatency,
    })),
  );
}
