// Mutants as services on the real Kafka, Cassandra, registry and MQTT broker: a short drill breaks what each cannot
// bear, and the audit's last line must name the invariant. All on one stack, whose data is forgotten in between.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCassandra } from '@navora/cassandra';
import { runDrill } from '@navora/drill';
import { servicesEnv, stackStatus, startStack, stopStack } from '@navora/local-stack';
import { createKafka } from '@navora/kafka';
import { cassandraSettings, createLogger, readConfiguration } from '@navora/runtime';
import { TOPICS } from '@navora/schemas';
import { migrateAll } from '../../apps/cli/src/migrate.ts';
import { mutated, MUTANTS } from './mutants.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const KEYSPACE = 'navora';
/** What the schema of the keyspace is, not what is stored in it. */
const KEPT = ['layout', 'migrations'];
const log = createLogger('mutants', 'silent');

const [order = '', stackName = 'mutants'] = process.argv.slice(2);
/** @type {{ drill: string, only: string[], seconds: number, mutants: string[] }[]} */
const drills = JSON.parse(order);
const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interrupt.abort(new Error(signal)));

const before = await stackStatus({ name: stackName });
const stack = await startStack({
  name: stackName,
  wipe: before.state !== 'running',
  // Drills run without.
  tls: false,
  signal: interrupt.signal,
});
const environment = { ...process.env, ...servicesEnv(stack) };
const kafka = createKafka('navora-mutants', { kafkaBrokers: stack.kafka.brokers }, log);
const cassandra = createCassandra(readConfiguration(cassandraSettings, environment), log);
const admin = kafka.admin();
try {
  await migrateAll(environment, () => undefined);
  await Promise.all([admin.connect(), cassandra.connect()]);
  for (const { drill, only, seconds, mutants } of drills)
    for (const name of [undefined, ...mutants]) {
      await forgetEverything();
      answer({ drill, mutant: name, ...(await drilled(name, drill, only, seconds)) });
    }
} finally {
  await Promise.allSettled([admin.disconnect(), cassandra.shutdown()]);
  if (before.state !== 'running') await stopStack({ name: stackName, wipe: true });
}

/**
 * @param {string | undefined} name of the mutant; none is the product as it is
 * @param {string} drill
 * @param {string[]} only
 * @param {number} seconds
 */
async function drilled(name, drill, only, seconds) {
  const mutant = MUTANTS.find((one) => one.name === name);
  const file = mutant && join(root, mutant.file);
  let loaded = false;
  /** @type {string[]} */
  const said = [];
  const begun = Date.now();
  try {
    const { broken, breaches, folder } = await runDrill({
      ...{
        workspaceRoot: root,
        stack,
        environment: process.env,
        keyspace: KEYSPACE,
        signal: interrupt.signal,
      },
      rulesFile: join(root, 'config/rules.yaml'),
      folder: join(root, 'test-results/mutants', name ?? drill),
      ...{ seed: 1, durationMs: seconds * 1000, ratePerSecond: 250, vehicles: 100, only, count: only.length },
      sourceOf: (path, source) => {
        if (!mutant || path !== file) return undefined;
        loaded = true;
        return mutated(mutant, source);
      },
      replay: '',
      migrate: () => Promise.resolve(),
      tell: (line) => said.push(line),
      show: () => undefined,
    });
    return {
      loaded,
      broken,
      details: breaches.map((one) => `${one.name}: ${one.detail}`),
      folder,
      tookMs: Date.now() - begun,
    };
  } catch (error) {
    return { loaded, failure: `${error}\n${said.join('\n')}`, tookMs: Date.now() - begun };
  }
}

/** Records and rows of the mutant before: it is judged alone. */
async function forgetEverything() {
  for (const topic of Object.values(TOPICS)) {
    const ends = await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({
      topic,
      partitions: ends.map(({ partition, high }) => ({ partition, offset: high })),
    });
  }
  const { rows } = await cassandra.execute(
    'SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?',
    [KEYSPACE],
  );
  for (const { table_name: table } of rows)
    if (!KEPT.includes(table))
      await cassandra.execute(`TRUNCATE ${KEYSPACE}.${table}`, [], { readTimeout: 60_000 });
}

/**
 * One line for whoever started us.
 *
 * @param {object} one
 */
function answer(one) {
  process.stdout.write(`${JSON.stringify(one)}\n`);
}
