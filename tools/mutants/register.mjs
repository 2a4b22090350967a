// For NODE_OPTIONS=--import: the services that a test starts are mutants too.
import { register } from 'node:module';

if (process.env.NAVORA_MUTANT) register('./loader.mjs', import.meta.url);
