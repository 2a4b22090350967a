#!/usr/bin/env node
import { dirname, join } from 'node:path';
import { setSourceMapsEnabled } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { freshProgram } from '@navora/bundling';

const workspaceRoot = join(dirname(fileURLToPath(import.meta.url)), '../..');
setSourceMapsEnabled(true);
const program = await freshProgram(workspaceRoot, 'profile', 'bench/src/profile/main.ts');
await import(pathToFileURL(program).href);
