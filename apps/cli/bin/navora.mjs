#!/usr/bin/env node
// The workspace is the installation: the command is made of its TypeScript sources, anew whenever they change.
import { dirname, join } from 'node:path';
import { setSourceMapsEnabled } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { freshProgram } from '@navora/bundling';

const workspaceRoot = join(dirname(fileURLToPath(import.meta.url)), '../../..');
setSourceMapsEnabled(true);
await import(pathToFileURL(await freshProgram(workspaceRoot, 'navora', 'apps/cli/src/main.ts')).href);
