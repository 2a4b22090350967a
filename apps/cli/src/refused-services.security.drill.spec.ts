import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { audit } from '@navora/auditor';
import { ServiceProcesses, type ServiceName } from '@navora/drill';
import { newKeyPair, openAuthority, privateKeyPem } from '@navora/identity';
import { restartComponent, stackStatus } from '@navora/local-stack';
import { startFleet, type Fleet } from '@navora/simulator';
import { eventually } from '@navora/testing';
import kafkajs, { type AclFilter, type Admin } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ownEnvironment } from './cli-config.js';
import { SecureStack } from './secure-stack.fixture.js';
import { servicesToAudit } from './services-to-audit.js';
import { accessOfVehicles } from './vehicle-credentials.js';
import { workspaceRoot } from './workspace.js';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

let stack: SecureStack;
let services: ServiceProcesses;
let fleet: Fleet;
const restarts: string[] = [];
const folder = mkdtempSync(join(tmpdir(), 'navora-refused-'));
const history = join(folder, 'fleet.jsonl');

beforeAll(async () => {
  stack = await SecureStack.start('refused-services');
  services = new ServiceProcesses({
    ...{ workspaceRoot, logFolder: folder },
    environment: ownEnvironment({ ...stack.environment, NAVORA_MQTT_HEARTBEAT_SECONDS: '2' }),
    onRestart: (service, how) => restarts.push(`${service}: ${how}`),
  });
  await services.start(new AbortController().signal);
  const { endpoints, tls } = stack;
  fleet = await startFleet({
    ...(await accessOfVehicles(endpoints.mqtt.url, {
      devicesAuthority: tls.devices,
      brokerCaFile: tls.servicesCa,
    })),
    ...{ registryUrl: endpoints.registry.url, registryCaFile: tls.servicesCa },
    ...{ vehicles: 20, ratePerSecond: 50, historyFile: history },
  });
}, 240_000);
afterAll(async () => {
  await fleet?.stop({ graceMs: 0 });
  await services?.stop(20_000);
  await stack?.stop();
}, 60_000);

const isReady = async (service: ServiceName) =>
  (await services.processOf(service)?.ask('/health/ready'))?.status === 200;

async function refusals(service: ServiceName, by: string): Promise<number> {
  const text = (await services.metricsOf(service)) ?? '';
  return Number(new RegExp(`navora_refusals_total\\{.*by="${by}".*\\} (\\d+)`).exec(text)?.[1] ?? 0);
}

/** It says so, counts it, and goes on once it may again. */
async function refusedUntil(
  { service, by }: { service: ServiceName; by: 'kafka' | 'cassandra' },
  takeAway: () => Promise<unknown>,
  giveBack: () => Promise<unknown>,
): Promise<void> {
  const before = await refusals(service, by);
  await takeAway();
  try {
    await eventually(
      `${service} counts a refusal by ${by}`,
      async () => (await refusals(service, by)) > before,
      {
        withinMs: 60_000,
      },
    );
    await eventually(`${service} is not ready`, async () => !(await isReady(service)), { withinMs: 60_000 });
  } finally {
    await giveBack();
  }
  await eventually(`${service} is ready again`, () => isReady(service), { withinMs: 90_000 });
}

it('a right taken away in Cassandra stops who needs it, until it is granted again', async () => {
  const role = (text: string) => async () => {
    const client = stack.cassandraAs('migrate');
    await client.connect();
    await client.execute(text).finally(() => client.shutdown());
  };
  await refusedUntil(
    { service: 'processor', by: 'cassandra' },
    role('REVOKE MODIFY ON navora.readings FROM navora_processor'),
    role('GRANT MODIFY ON navora.readings TO navora_processor'),
  );
}, 240_000);

it.each([
  ['mqtt-bridge', 'navora-bridge', 'telemetry.readings.v1', 'WRITE'],
  ['processor', 'navora-processor', 'telemetry.signals.v1', 'WRITE'],
  ['alerts', 'navora-alerts', 'telemetry.signals.v1', 'READ'],
] as const)(
  'a right taken away in Kafka stops %s, until it is granted again',
  async (service, name, topic, right) => {
    const acl = {
      ...{ principal: `User:${name}`, host: '*', resourceType: AclResourceTypes.TOPIC, resourceName: topic },
      resourcePatternType: ResourcePatternTypes.LITERAL,
      ...{ operation: AclOperationTypes[right], permissionType: AclPermissionTypes.ALLOW },
    };
    const asMigrate = (work: (admin: Admin) => Promise<unknown>) => () => stack.withAdmin('migrate', work);
    await refusedUntil(
      { service, by: 'kafka' },
      asMigrate((admin) => admin.deleteAcls({ filters: [acl satisfies AclFilter] })),
      asMigrate((admin) => admin.createAcls({ acl: [acl] })),
    );
  },
  240_000,
);

it('a password that is changed is taken from its file at the next connection', async () => {
  const { password } = stack.tls.clients.processor;
  const admin = stack.cassandraAs('admin');
  await admin.connect();
  await admin.execute("ALTER ROLE navora_processor WITH PASSWORD = 'another'");
  await admin.shutdown();
  writeFileSync(password, 'another\n');
  const before = await rows();
  await restartComponent(stack.name, 'cassandra');
  await eventually('rows are written again', async () => (await rows()) > before + 100, { withinMs: 90_000 });
  await eventually('the processor is ready', () => isReady('processor'), { withinMs: 90_000 });
}, 240_000);

it('a certificate that is replaced is taken from its file at the next connection', async () => {
  const { cert, key } = stack.tls.clients.processor;
  const issue = async (authority: string) => {
    const keys = await newKeyPair();
    const { pem } = await (
      await openAuthority(authority)
    ).issue({
      ...{ commonName: 'navora-processor', publicKey: keys.publicKey, days: 1 },
      purpose: { kind: 'service' },
    });
    writeFileSync(key, privateKeyPem(keys.privateKey));
    writeFileSync(cert, pem);
  };
  await refusedUntil(
    { service: 'processor', by: 'kafka' },
    async () => {
      await issue(stack.tls.devices);
      await restartComponent(stack.name, 'kafka');
    },
    () => issue(join(stack.tls.servicesCa, '..')),
  );
}, 240_000);

it('nothing of the stack listens in plain text', async () => {
  const { components } = await stackStatus({ name: stack.name });
  const ports = components.flatMap(({ component, pid }) =>
    portsOf(pid ?? 0).map(({ port, host }) => ({ component, port, host })),
  );
  expect(ports.length).toBeGreaterThan(6);
  const inPlainText = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
  await once(inPlainText, 'listening');
  const { port } = inPlainText.address() as AddressInfo;
  expect(await speaksTls('127.0.0.1', port), 'a port that is plain text').toBe(false);
  inPlainText.close();
  const plain = [];
  for (const one of ports) if (!(await speaksTls(one.host, one.port))) plain.push(one);
  expect(plain).toEqual([]);
}, 120_000);

it('of all that was sent meanwhile nothing is lost, doubled or out of order', async () => {
  const { acknowledged } = await fleet.stop({ graceMs: 60_000 });
  expect(acknowledged).toBeGreaterThan(1000);
  const report = await audit({
    ...servicesToAudit(stack.accessOf('operator')),
    ...{
      historyFiles: [history],
      rulesFile: join(workspaceRoot, 'config/rules.yaml'),
      waitForQuietSeconds: 120,
    },
  });
  expect(report.invariants.filter(({ verdict }) => verdict !== 'held')).toEqual([]);
  expect(restarts).toEqual([]);
}, 300_000);

async function rows(): Promise<number> {
  const text = (await services.metricsOf('processor')) ?? '';
  return Number(/navora_processor_readings_total\{.*status="stored".*\} (\d+)/.exec(text)?.[1] ?? 0);
}

/** Where the process listens: its sockets in state LISTEN (0A), by inode. */
function portsOf(pid: number): { host: string; port: number }[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]];
      } catch {
        return [];
      }
    }),
  );
  return ['tcp', 'tcp6'].flatMap((kind) =>
    readFileSync(`/proc/${pid}/net/${kind}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === '0A' && inodes.has(inode))
      .map(([, address = '']) => ({ host: '127.0.0.1', port: parseInt(address.split(':')[1] ?? '', 16) })),
  );
}

function speaksTls(host: string, port: number): Promise<boolean> {
  const { cert, key } = stack.tls.clients.operator;
  return new Promise((resolve) => {
    const socket = connectTls(
      {
        host,
        port,
        rejectUnauthorized: false,
        cert: readFileSync(cert),
        key: readFileSync(key),
        timeout: 5000,
      },
      () => {
        socket.destroy();
        resolve(true);
      },
    );
    // An alert is an answer in TLS; anything else is none.
    socket.on('error', (error) => resolve(/alert/i.test(error.message)));
    socket.on('timeout', () => {
      socket.destroy();
      resolve(false);
    });
  });
}
