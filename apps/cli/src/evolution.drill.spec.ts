import { join } from 'node:path';
import { renderReport } from '@navora/auditor';
import { createCassandra } from '@navora/cassandra';
import { KafkaStanding, servicePrograms, SERVICES, type ServiceName } from '@navora/drill';
import { takeAway } from '@navora/local-stack';
import { cassandraSettings, createLogger, readConfiguration } from '@navora/runtime';
import { readingSchema, SchemaRegistry, subjectOf, TOPICS, type AvroRecord } from '@navora/schemas';
import { startFleet, type Fleet } from '@navora/simulator';
import { eventually, realServices } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditOf } from './audit-of.fixture.js';
import { readSchema } from './schema-file.js';
import { OWN_TREE } from './schema-tree.js';
import { runServices, testEnvironment, type RunningServices } from './services.fixture.js';
import { readingsOf } from './stored-readings.js';
import { versionBefore, type VersionBefore } from './version-before.fixture.js';
import { workspaceRoot } from './workspace.js';

const SEED = Number(process.env['NAVORA_TEST_SEED'] ?? Math.floor(Math.random() * 1e9));
const VEHICLES = 150;
const GRACE_MS = 20_000;
const HOUR_MS = 3_600_000;
/** One that the vehicles measure, and that is no field of the version before ours. */
const YOUNG_FIELD = 'cargoTemperatureC';

const optional = (name: string, type: string) => ({ name, type: ['null', type], default: null });
/** What vehicles write with that are ahead of us. */
const ahead = {
  ...readingSchema,
  fields: [
    ...readingSchema.fields,
    optional('tyrePressureKpa', 'double'),
    optional('doorOpen', 'boolean'),
    optional('driverState', 'string'),
  ],
} as AvroRecord;

let before: VersionBefore;
let today: Record<ServiceName, string>;
let running: RunningServices;
let schemas: AvroRecord[];

beforeAll(async () => {
  before = await versionBefore(YOUNG_FIELD);
  today = await servicePrograms(workspaceRoot);
  schemas = [
    readSchema(join(OWN_TREE, 'released/reading/1.avsc')),
    before.schema,
    readingSchema as AvroRecord,
    ahead,
  ];
  const registry = new SchemaRegistry(realServices().registryUrl);
  for (const schema of schemas) await registry.register(subjectOf(TOPICS.readings), JSON.stringify(schema));
  running = await runServices({}, realServices(), before.programs);
}, 120_000);
afterAll(() => running?.stop());

const moreSent = (fleet: Fleet, readings: number) => {
  const goal = fleet.stats().sent + readings;
  return eventually(`${readings} more readings sent`, () => fleet.stats().sent >= goal, {
    withinMs: 120_000,
  });
};

async function upgraded(service: ServiceName): Promise<void> {
  running.services.upgrade(service, today[service]);
  await running.services.hold(service, GRACE_MS);
  running.services.release(service);
  await eventually(
    `${service} of today ready`,
    async () => (await running.services.processOf(service)?.ask('/health/ready'))?.status === 200,
    { withinMs: 90_000 },
  );
}

async function registryRestarted(): Promise<void> {
  const { stack } = realServices();
  if (!stack) throw new Error('this test kills the registry: it needs a local stack');
  const back = await takeAway(stack, 'registry');
  await back();
}

/** Every record there is, once more, to services that know a field which those that stored it did not. */
async function allRedelivered(): Promise<void> {
  const consumers = ['processor', 'alerts'] as const;
  for (const service of consumers) await running.services.hold(service, GRACE_MS);
  const standing = new KafkaStanding(realServices().kafkaBrokers);
  await standing.resetToEarliest();
  standing.forget();
  for (const service of consumers) running.services.release(service);
}

it(`P18, W5: readings of four versions, an upgrade that makes a field ours, and a registry that is killed: one row each, with all fields (seed ${SEED})`, async () => {
  const { mqttUrl, registryUrl } = realServices();
  const historyFile = join(running.folder, 'history.jsonl');
  const fleet = await startFleet({
    ...{ mqttUrl, registryUrl, historyFile, seed: SEED, schemas },
    ...{ vehicles: VEHICLES, ratePerSecond: 300, jsonShare: 0.3 },
  });
  try {
    await moreSent(fleet, 3000);
    await registryRestarted();
    for (const service of SERVICES) {
      await moreSent(fleet, 1500);
      await upgraded(service);
    }
    await registryRestarted();
    await moreSent(fleet, 3000);
  } finally {
    await fleet.stop({ graceMs: 60_000 });
  }
  await allRedelivered();

  const report = await auditOf([historyFile], { allowResets: true });
  expect(renderReport(report)).toMatch(/\nheld$/);
  const { attempted, rows, deadLetters } = report.totals;
  expect({ rows, deadLetters }, 'no false conflict').toEqual({ rows: attempted, deadLetters: 0 });
  expect(running.endings).toEqual([]);
  await expectAllFields(fleet.prefix);
}, 600_000);

/** Each measurement is found, where the version that stored it had a place for it. */
async function expectAllFields(prefix: string): Promise<void> {
  const cassandra = createCassandra(
    readConfiguration(cassandraSettings, testEnvironment()),
    createLogger('evolution', 'silent'),
  );
  const found = new Set<string>();
  try {
    await cassandra.connect();
    for (let number = 1; number <= VEHICLES; number++) {
      const vehicleId = `${prefix}-${String(number).padStart(3, '0')}`;
      const [from, to] = [Date.now() - HOUR_MS, Date.now() + HOUR_MS];
      for await (const reading of readingsOf(cassandra, 'navora', vehicleId, from, to)) {
        for (const name in reading) found.add(name);
        for (const name in reading['extras'] as object | undefined) found.add(`extras.${name}`);
      }
    }
  } finally {
    await cassandra.shutdown();
  }
  expect([...found]).toEqual(
    expect.arrayContaining([
      YOUNG_FIELD,
      `extras.${YOUNG_FIELD}`,
      ...['extras.tyrePressureKpa', 'extras.doorOpen', 'extras.driverState'],
    ]),
  );
}
