import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const chart = join(root, 'infra/helm/navora');
/** Installations that are documented, each by its values, and what is made of them. */
export const EXAMPLES = ['small', 'production'];
export const valuesOf = (example) => join(chart, 'examples', `${example}.yaml`);
export const goldenOf = (example) => join(root, 'infra/helm/golden', `${example}.yaml`);
/** Kafka, Cassandra, registry and broker of the small one. */
export const neighbours = join(chart, 'examples/small');
