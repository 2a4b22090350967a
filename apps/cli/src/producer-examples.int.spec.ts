import { exec } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { recordsOf, spanOf } from '@navora/kafka';
import { SchemaRegistry, subjectOf, TOPICS } from '@navora/schemas';
import {
  bridgeSettings,
  eventually,
  operatorSettings,
  ownName,
  OwnSecureBroker,
  quietKafka,
  realServices,
} from '@navora/testing';
import { afterAll, beforeAll, expect, it, type TestContext } from 'vitest';
import { ownEnvironment } from './cli-config.js';
import { pythonEnvironment, readByPython, type Python } from './python.fixture.js';
import { navora, navoraIn, runServices, testEnvironment, type RunningServices } from './services.fixture.js';
import { workspaceRoot } from './workspace.js';

const AVRO_DEVICES = ['typescript/avro-device.ts', 'python/avro_device.py'];
const DEVICES = ['typescript/json-device.ts', 'python/json_device.py', ...AVRO_DEVICES];
const guide = readFileSync(join(workspaceRoot, 'docs/producers.md'), 'utf8');

let running: RunningServices;
let broker: OwnSecureBroker;
let python: Python | string;
let folder: string;

beforeAll(async () => {
  broker = await OwnSecureBroker.start();
  folder = mkdtempSync(join(tmpdir(), 'navora-examples-'));
  [running, python] = await Promise.all([runServices(bridgeSettings(broker)), pythonEnvironment()]);
}, 300_000);
afterAll(async () => {
  await running?.stop();
  await broker?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** A vehicle's bundle, as `navora devices add` makes it. */
async function registered(vehicle: string): Promise<string> {
  const settings = operatorSettings(broker);
  const { code, stderr } = await navoraIn(settings, 'devices', 'add', vehicle, '--out', folder);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return join(folder, vehicle);
}

/** The command the guide gives for a program, with the bundle of another vehicle. */
function commandFor(device: string, bundle: string): string {
  const lines = guide.split('\n').map((line) => line.trim());
  const command = lines.find(
    (line) => /^(node|python3) /.test(line) && line.includes(` examples/producers/${device} `),
  );
  expect(command, 'in docs/producers.md').toMatch(/ devices\/my-truck$/);
  return (command as string).replace('devices/my-truck', bundle);
}

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command of the guide as a reader does: in the repository, on the services of this test run. */
async function run(command: string, { skip }: TestContext): Promise<Ended> {
  if (command.startsWith('python3') && typeof python === 'string') return skip(`not run: ${python}`);
  const programs = [dirname(process.execPath), process.env['PATH']];
  if (typeof python !== 'string') programs.unshift(python.bin);
  const env = ownEnvironment({ ...testEnvironment(), PATH: programs.join(delimiter) });
  try {
    return { code: 0, ...(await promisify(exec)(command, { cwd: workspaceRoot, env })) };
  } catch (error) {
    return error as Ended;
  }
}

/** Of the two newest schemas, oldest first: whether they have the devices' own field. */
async function haveItsField(): Promise<boolean[]> {
  const versions = await new SchemaRegistry(realServices().registryUrl).versionsOf(
    subjectOf(TOPICS.readings),
  );
  return versions.slice(-2).map(({ schema }) => schema.includes('tyrePressureKpa'));
}

it.for(DEVICES)(
  '%s, run as the guide says, has its reading stored with all fields, its own one in extras',
  async (device, context) => {
    const vehicle = ownName('example');
    const { code, stdout, stderr } = await run(commandFor(device, await registered(vehicle)), context);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [acknowledged, told] = stdout.split(/(?<=telemetry): /) as [string, string];
    expect(acknowledged).toBe(`acknowledged on vehicles/${vehicle}/telemetry`);
    const { location, tyrePressureKpa, recordedAt, ...fields } = JSON.parse(told) as Record<string, unknown>;
    const [row] = await eventually('the row', async () => {
      const found = JSON.parse((await navora('readings', vehicle, '--json')).stdout) as object[];
      return found.length > 0 && found;
    });
    expect(row).toEqual({
      ...fields,
      ...(location as object),
      vehicleId: vehicle,
      recordedAt: new Date(recordedAt as string | number).toISOString(),
      receivedAt: expect.any(String) as string,
      extras: { tyrePressureKpa },
    });
    expect(row).toMatchObject({ speedKph: 71.5, latitude: 52.5201, extras: { tyrePressureKpa: 820 } });
    // The second device finds the field there, and registers no other text of the same schema.
    if (AVRO_DEVICES.includes(device)) expect(await haveItsField()).toEqual([false, true]);
  },
);

it.for(DEVICES)('%s says why in a line, and fails, where no broker is', async (device, context) => {
  const bundle = await registered(ownName('example'));
  const facts = JSON.parse(readFileSync(join(bundle, 'device.json'), 'utf8')) as object;
  const nowhere = { url: 'mqtts://127.0.0.1:1', host: '127.0.0.1', port: 1 };
  writeFileSync(join(bundle, 'device.json'), JSON.stringify({ ...facts, broker: nowhere }));
  const { code, stdout, stderr } = await run(commandFor(device, bundle), context);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^.*refused.*\n$/i);
});

it("the record that the bridge makes of JSON is the same reading to Confluent's deserializer for Python", async (context) => {
  const vehicle = ownName('example');
  const since = Date.now();
  const { stdout } = await run(commandFor('python/json_device.py', await registered(vehicle)), context);
  const told = JSON.parse(stdout.slice(stdout.indexOf('{'))) as Record<string, unknown>;
  const { messageId, recordedAt, tyrePressureKpa, ...fields } = told;
  const record = await eventually('the record', () => recordOf(vehicle, since), { everyMs: 500 });
  const [read] = await readByPython(python as Python, [record]);
  expect(read).toEqual({
    ...fields,
    messageId: { UUID: messageId },
    vehicleId: vehicle,
    recordedAt: { datetime: expect.stringContaining('+00:00') as string },
    fuelLevelPercent: null,
    cargoTemperatureC: null,
    extras: { tyrePressureKpa },
  });
  // The bridge keeps whole milliseconds, as does Date.
  expect(Date.parse(read?.recordedAt.datetime ?? '')).toBe(Date.parse(String(recordedAt)));
});

async function recordOf(vehicle: string, since: number): Promise<Buffer | undefined> {
  const kafka = quietKafka(realServices());
  const admin = kafka.admin();
  await admin.connect();
  const span = await spanOf(admin, TOPICS.readings, since);
  await admin.disconnect();
  for await (const records of recordsOf(kafka, TOPICS.readings, span)) {
    const found = records.find(({ key }) => key?.toString() === vehicle);
    if (found?.value) return found.value;
  }
  return undefined;
}
