import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceName } from '@navora/drill';
import { componentData, componentLog, type ComponentName, restartComponent } from '@navora/local-stack';
import { eventually } from '@navora/testing';
import { afterAll, beforeAll, expect, it, type TestContext } from 'vitest';
import { LoadedStack } from './loaded-stack.fixture.js';
import { OwnStack } from './own-stack.fixture.js';

/** Readings sent while a disk is full, 200 a second. */
const MEANWHILE = 4000;
const REFILL_EVERY_MS = 100;
const PATIENCE = { withinMs: 60_000 };

let stack: OwnStack | string;
let loaded: LoadedStack | undefined;

beforeAll(async () => {
  stack = await OwnStack.start('full-disks', { disksMiB: { cassandra: 512, kafka: 384, mqtt: 192 } });
  if (typeof stack !== 'string') loaded = await LoadedStack.start(stack);
}, 300_000);
afterAll(async () => {
  await loaded?.dispose();
  if (typeof stack !== 'string') await stack?.dispose();
}, 180_000);

function orSkip(skip: TestContext['skip']): { stack: OwnStack; loaded: LoadedStack } {
  if (typeof stack === 'string' || !loaded) return skip(`not run: ${String(stack)}`);
  return { stack, loaded };
}

/** Full to the last byte all the time, also when its owner deletes something; free again at the end. */
async function whileFull(stack: OwnStack, component: ComponentName, act: () => Promise<void>): Promise<void> {
  const disk = stack.diskOf(component);
  disk.fill();
  const refill = setInterval(() => disk.fill(), REFILL_EVERY_MS);
  try {
    await act();
  } finally {
    clearInterval(refill);
    disk.free();
  }
}

const isNotReady = async (loaded: LoadedStack, service: ServiceName) =>
  (await loaded.notReady()).includes(service);

const logOf = (stack: OwnStack, component: ComponentName) =>
  readFileSync(componentLog(stack.name, component), 'utf8');

it('W3: the disk of Cassandra is full: nothing is lost or committed unresolved, and all goes on once there is room', async ({
  skip,
}) => {
  const { stack, loaded } = orSkip(skip);
  await loaded.drive(31);
  await whileFull(stack, 'cassandra', async () => {
    await eventually('I13: the processor not ready', () => isNotReady(loaded, 'processor'), PATIENCE);
    await loaded.sends(1000); // meanwhile what was resolved before is committed
    const committed = await loaded.committed();
    await loaded.sends(MEANWHILE);
    expect(await loaded.committed(), 'I5: committed while nothing could be stored').toBe(committed);
  });
  await loaded.sends(1000);
  await loaded.carriesAll();
  expect(await stack.restartsOf('cassandra'), 'Cassandra ended on its full disk').toBeGreaterThan(0);
  expect(await loaded.verdict(), 'I1 I5').toMatch(/\nheld$/);
  expect(loaded.restarts).toEqual([]);
}, 600_000);

it('W3: the disk of Kafka is full: vehicles wait for their acknowledgements, and all goes on once there is room', async ({
  skip,
}) => {
  const { stack, loaded } = orSkip(skip);
  await loaded.drive(32);
  await whileFull(stack, 'kafka', async () => {
    await eventually('I13: the bridge not ready', () => isNotReady(loaded, 'mqtt-bridge'), PATIENCE);
    await loaded.sends(MEANWHILE);
  });
  await loaded.sends(1000);
  await loaded.carriesAll();
  expect(await stack.restartsOf('kafka'), 'Kafka stopped on its failed disk').toBeGreaterThan(0);
  expect(await loaded.verdict(), 'I1 I5').toMatch(/\nheld$/);
  expect(loaded.restarts).toEqual([]);
}, 600_000);

it('W3: the disk of the MQTT broker is full: what it cannot keep it still passes on, and keeps again once there is room', async ({
  skip,
}) => {
  const { stack, loaded } = orSkip(skip);
  const kept = join(componentData(stack.name, 'mqtt'), 'mosquitto.db');
  await loaded.drive(33);
  await whileFull(stack, 'mqtt', async () => {
    await loaded.sends(MEANWHILE);
    await loaded.carriesAll();
    // It does not notice that the last few KiB of a file were not written.
    await eventually(
      'the broker without room for what it keeps',
      () => statSync(kept).size === 0 || logOf(stack, 'mqtt').includes('No space left on device'),
    );
  });
  const freedAt = Date.now();
  await eventually(
    'what waits written down',
    () => statSync(kept).mtimeMs > freedAt && statSync(kept).size > 0,
  );
  await restartComponent(stack.name, 'mqtt');
  await loaded.sends(1000);
  await loaded.carriesAll();
  expect(await loaded.verdict(), 'I1').toMatch(/\nheld$/);
  expect(loaded.restarts).toEqual([]);
}, 600_000);
