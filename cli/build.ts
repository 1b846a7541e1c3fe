import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buildFunctions } from '../functions/build.ts';
import { buildServer, serverBuild } from './image/bundle.ts';
import { sizeText } from './progress.ts';

/** `npm run build`: what is deployed. */
const functions = await buildFunctions(join(import.meta.dirname, '../dist/functions'));
process.stdout.write(`dist/functions  app.js, ${sizeText(functions)}\n`);
const packages = await buildServer();
const { size } = await stat(join(serverBuild, 'app/bin/penstock.js'));
process.stdout.write(`dist/server     penstock.js, ${sizeText(size)}, with ${packages.length} npm packages\n`);
