import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { acknowledgedLine, History, sentLine } from './history.js';
import { outgoing } from './outgoing-reading.js';
import { SimulatorError } from './simulator-error.js';

const reading = {
  ...outgoing({
    vehicleId: 'v1',
    messageId: '0b9f8c1e-9f3c-4c57-8f5e-2d4c1f6a7b10',
    recordedAt: 1763800000120,
    madeAt: 1763800000120,
    clockSuspect: false,
    encoding: 'json',
    body: Buffer.from('{"speedKph":3}'),
  }),
  order: 17,
  attempt: 2,
};
const head = { at: 1, seed: 7, vehicles: 3, prefix: 'sim-ab12' };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'history-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('writes an attempt and its acknowledgement as the contract has them', () => {
  expect(sentLine(reading, 'vehicles/v1/telemetry', 1763800000123)).toBe(
    '{"type":"sent","at":1763800000123,"vehicleId":"v1","order":17,"messageId":"0b9f8c1e-9f3c-4c57-8f5e-2d4c1f6a7b10","recordedAt":1763800000120,"topic":"vehicles/v1/telemetry","encoding":"json","attempt":2,"body":"eyJzcGVlZEtwaCI6M30="}',
  );
  expect(acknowledgedLine(reading, 16, 1763800000131)).toBe(
    '{"type":"acknowledged","at":1763800000131,"vehicleId":"v1","order":17,"reasonCode":16}',
  );
});

it('begins with the run, keeps the order, and is complete once closed', async () => {
  const file = join(folder, 'new', 'history.jsonl');
  const history = await History.create(file, head);
  history.sent(reading, 'vehicles/v1/telemetry', 2);
  await history.flush();
  history.acknowledged(reading, 0, 3);
  await history.close();
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  expect(lines).toEqual([
    '{"type":"run","at":1,"seed":7,"vehicles":3,"prefix":"sim-ab12"}',
    sentLine(reading, 'vehicles/v1/telemetry', 2),
    acknowledgedLine(reading, 0, 3),
  ]);
});

it('says in one sentence that it cannot be written', async () => {
  await expect(History.create(folder, head)).rejects.toThrow(SimulatorError);
  await expect(History.create(folder, head)).rejects.toThrow(/^The history file .* cannot be written: .*\.$/);
});
