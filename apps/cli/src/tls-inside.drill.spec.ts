import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceProcesses } from '@navora/drill';
import { createKafka } from '@navora/kafka';
import {
  componentProcess,
  servicesEnv,
  type StackEndpoints,
  startStack,
  stopStack,
} from '@navora/local-stack';
import { cassandraSettings, createLogger, kafkaSettings, readConfiguration } from '@navora/runtime';
import { GROUPS, TOPICS } from '@navora/schemas';
import { CALM, startFleet } from '@navora/simulator';
import { eventually } from '@navora/testing';
import type { Admin } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ownEnvironment } from './cli-config.js';
import { migrateAll } from './migrate.js';
import { accessOfVehicles } from './vehicle-credentials.js';
import { workspaceRoot } from './workspace.js';

const READINGS = 30_000;
const FILL_PER_SECOND = 3000;
const VEHICLES = 200;
const ROUNDS = 3;
/** Of a clock tick of the kernel, in ms (USER_HZ is 100 wherever Node runs on Linux). */
const TICK_MS = 10;

interface Side {
  name: string;
  endpoints: StackEndpoints;
  services: ServiceProcesses;
  admin: Admin;
}
interface Cost {
  perSecond: number;
  /** µs of processor time a reading */
  processorUs: number;
  cassandraUs: number;
  kafkaUs: number;
}

const sides: Side[] = [];
const stops: (() => Promise<unknown>)[] = [];

async function sideOf(name: string, tls: boolean): Promise<Side> {
  await stopStack({ name, wipe: true });
  const endpoints = await startStack({ name, nodes: 1, tls });
  stops.push(() => stopStack({ name, wipe: true }));
  const environment = ownEnvironment(servicesEnv(endpoints));
  await migrateAll(environment, () => undefined);
  const services = new ServiceProcesses({
    ...{ workspaceRoot, environment, logFolder: mkdtempSync(join(tmpdir(), 'navora-tls-')) },
    onRestart: (service, how) => process.stdout.write(`${name}: ${service} ended: ${how}\n`),
  });
  stops.push(() => services.stop(20_000));
  await services.start(new AbortController().signal);
  await services.hold('alerts', 20_000);
  const access = readConfiguration({ ...kafkaSettings, ...cassandraSettings }, environment, 'operator');
  const admin = createKafka('measure', access, createLogger('measure', 'silent')).admin();
  await admin.connect();
  stops.push(() => admin.disconnect());
  return { name, endpoints, services, admin };
}

beforeAll(async () => {
  sides.push(await sideOf('measure-plain', false), await sideOf('measure-tls', true));
}, 300_000);
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
}, 120_000);

/** Readings wait in Kafka before the processor starts, so that nothing else takes its time. */
async function fill({ endpoints, services }: Side): Promise<void> {
  await services.hold('processor', 20_000);
  const { tls, mqtt, registry } = endpoints;
  const fleet = await startFleet({
    ...(await accessOfVehicles(mqtt.url, { devicesAuthority: tls?.devices, brokerCaFile: tls?.servicesCa })),
    ...{ registryUrl: registry.url, registryCaFile: tls?.servicesCa, imperfections: CALM },
    ...{
      vehicles: VEHICLES,
      ratePerSecond: FILL_PER_SECOND,
      durationMs: (READINGS / FILL_PER_SECOND) * 1000,
    },
  });
  await fleet.finished;
  await fleet.stop({ graceMs: 60_000 });
}

async function lagOf({ admin }: Side): Promise<number> {
  const ends = await admin.fetchTopicOffsets(TOPICS.readings);
  const [found] = await admin.fetchOffsets({ groupId: GROUPS.processor, topics: [TOPICS.readings] });
  const done = new Map(
    found?.partitions.map(({ partition, offset }) => [partition, Math.max(0, Number(offset))]),
  );
  return ends.reduce((sum, { partition, high }) => sum + Number(high) - (done.get(partition) ?? 0), 0);
}

async function drain(side: Side): Promise<Cost> {
  const waiting = await lagOf(side);
  side.services.release('processor');
  await eventually('the processor is at it', async () => (await lagOf(side)) < waiting, {
    withinMs: 60_000,
    everyMs: 20,
  });
  const pids = {
    processor: side.services.pidOf('processor') ?? 0,
    cassandra: componentProcess(side.name, 'cassandra').pid,
    kafka: componentProcess(side.name, 'kafka').pid,
  };
  const [left, begun] = [await lagOf(side), performance.now()];
  const before = {
    processor: msOf(pids.processor),
    cassandra: msOf(pids.cassandra),
    kafka: msOf(pids.kafka),
  };
  await eventually('all is stored', async () => (await lagOf(side)) === 0, {
    withinMs: 120_000,
    everyMs: 50,
  });
  const seconds = (performance.now() - begun) / 1000;
  const us = (who: keyof typeof pids) => ((msOf(pids[who]) - before[who]) * 1000) / left;
  return {
    perSecond: left / seconds,
    ...{ processorUs: us('processor'), cassandraUs: us('cassandra'), kafkaUs: us('kafka') },
  };
}

function msOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

it('what TLS and rights cost from Kafka to Cassandra, in turns with plain text', async () => {
  const ratios: Cost[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const costs: Cost[] = [];
    for (const side of sides) {
      await fill(side);
      costs.push(await drain(side));
    }
    const [plain, tls] = costs as [Cost, Cost];
    process.stdout.write(`round ${round}: plain ${told(plain)}; TLS ${told(tls)}\n`);
    // The first warms up.
    if (round > 0) ratios.push(ratioOf(tls, plain));
  }
  const median = (name: keyof Cost) =>
    ratios.map((one) => one[name]).sort((a, b) => a - b)[ROUNDS >> 1] ?? NaN;
  process.stdout.write(
    `TLS to plain, median of ${ROUNDS}: rate ${median('perSecond').toFixed(2)}, processor ${median('processorUs').toFixed(2)}, Cassandra ${median('cassandraUs').toFixed(2)}, Kafka ${median('kafkaUs').toFixed(2)}\n`,
  );
  expect(median('perSecond'), 'TLS takes more than half of the rate').toBeGreaterThan(1 / 2);
}, 900_000);

const told = ({ perSecond, processorUs, cassandraUs, kafkaUs }: Cost) =>
  `${perSecond.toFixed(0)}/s, processor ${processorUs.toFixed(0)} µs, Cassandra ${cassandraUs.toFixed(0)} µs, Kafka ${kafkaUs.toFixed(0)} µs a reading`;

const ratioOf = (one: Cost, other: Cost): Cost => ({
  perSecond: one.perSecond / other.perSecond,
  processorUs: one.processorUs / other.processorUs,
  cassandraUs: one.cassandraUs / other.cassandraUs,
  kafkaUs: one.kafkaUs / other.kafkaUs,
});
