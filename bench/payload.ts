import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Pool } from 'undici';

/** Single-row requests of the Boston service and their right answers. */
export interface Payload {
  /** A file with one request body a line. */
  readonly bodiesFile: string;
  readonly bodies: readonly string[];
  /** The answer to each body, digit for digit. */
  readonly expected: readonly string[];
}

const lines = async (file: string): Promise<string[]> => (await readFile(file, 'utf8')).trim().split('\n');

/** All rows of MASS::Boston, scored by the release's model in R. */
export async function bostonPayload(release: string, directory: string): Promise<Payload> {
  const bodiesFile = join(directory, 'bodies.txt');
  const expectedFile = join(directory, 'expected.txt');
  await promisify(execFile)('Rscript', [join(import.meta.dirname, 'r/payload.R'), release, bodiesFile, expectedFile]);
  return { bodiesFile, bodies: await lines(bodiesFile), expected: await lines(expectedFile) };
}

/** The first row's request: a server that answers it is ready. */
export const readyRequest = (payload: Payload): { path: string; body: string } => ({
  path: '/score',
  body: payload.bodies[0] ?? '',
});

/**
 * Sends every row once and compares the answers: a fast wrong server is not measured.
 *
 * @throws When a status isn't 200 or an answer differs.
 */
export async function checkAnswers(url: string, payload: Payload): Promise<void> {
  const pool = new Pool(url, { connections: 16 });
  try {
    await Promise.all(
      payload.bodies.map(async (body, index) => {
        const { statusCode, body: answer } = await pool.request({
          method: 'POST',
          path: '/score',
          headers: { 'content-type': 'application/json' },
          body,
        });
        const text = await answer.text();
        if (statusCode !== 200 || text !== payload.expected[index]) {
          throw new Error(`row ${index + 1}: expected 200 ${payload.expected[index]}, got ${statusCode} ${text}`);
        }
      }),
    );
  } finally {
    await pool.close();
  }
}
