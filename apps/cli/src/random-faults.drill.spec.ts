import { it } from 'vitest';
import { held } from './held-drill.fixture.js';
import { MINUTES, SEED, WITHIN_MS } from './long-drill-config.js';

it(`W1: ${MINUTES} minutes of random faults, seed ${SEED}: every promise held`, () => held(), WITHIN_MS);
