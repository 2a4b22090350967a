import { it } from 'vitest';
import { held } from './held-drill.fixture.js';
import { MINUTES, SEED, WITHIN_MS } from './long-drill-config.js';

/** Above what a small machine carries: the fifty kills meet a system that is behind. */
const HIGH_RATE = Number(process.env['NAVORA_TEST_DRILL_RATE'] ?? 2000);

it(
  `A2: fifty kills -9 of random services in ${MINUTES} minutes at ${HIGH_RATE} messages a second, seed ${SEED}: every promise held`,
  () => held('--rate', String(HIGH_RATE), '--only', 'A2', '--kills', '50'),
  WITHIN_MS,
);
