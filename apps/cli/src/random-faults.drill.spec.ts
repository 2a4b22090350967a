import { it } from 'vitest';
import { held, MINUTES, SEED, WITHIN_MS } from './held-drill.fixture.js';

it(`W1: ${MINUTES} minutes of random faults, seed ${SEED}: every promise held`, () => held(), WITHIN_MS);
