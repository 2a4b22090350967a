// The mutant that the environment names, for whoever loads source files.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mutated, MUTANTS } from './mutants.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { NAVORA_MUTANT: name, NAVORA_MUTANT_LOADED: loadedFile } = process.env;
const mutant = MUTANTS.find((one) => one.name === name);
if (name && !mutant) throw new Error(`there is no mutant ${name}`);
const file = mutant && join(root, mutant.file);

/** The source as it is to be run; undefined when it is not the mutant's file. */
export function chosenMutation(path, source) {
  if (path !== file) return undefined;
  const changed = mutated(mutant, source);
  // So that the runner can tell a mutant that survived from one that was never run.
  if (loadedFile) appendFileSync(loadedFile, `${path}\n`);
  return changed;
}
