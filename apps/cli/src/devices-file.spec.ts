import { csvRecords } from '@navora/simulator';
import { expect, it } from 'vitest';
import { deviceLines } from './devices-file.js';

async function* textOf(text: string): AsyncGenerator<string> {
  yield text;
}

async function linesOf(text: string) {
  const found = [];
  for await (const line of deviceLines(csvRecords(textOf(text)), 'devices.csv')) found.push(line);
  return found;
}

it('reads devices by the names of the columns, in whatever order', async () => {
  expect(await linesOf('driver,vehicleId\nanna@example.org,truck-1\n,truck-2\n')).toEqual([
    { line: 2, vehicleId: 'truck-1', driver: 'anna@example.org' },
    { line: 3, vehicleId: 'truck-2' },
  ]);
});

it('names each line that is wrong, and goes on behind it', async () => {
  expect(
    await linesOf(
      'vehicleId,group\ntruck-1,north\ntruck-1,south\n,north\ntruck 2,north\ntruck-3\n"tr\ntruck-4,\nnavora-bridge,\n',
    ),
  ).toEqual([
    { line: 2, vehicleId: 'truck-1', group: 'north' },
    { line: 3, problem: 'truck-1 is in line 2 already' },
    { line: 4, problem: 'no vehicleId' },
    { line: 5, problem: '"truck 2" is no vehicle id: letters, digits, _ and -, at most 64' },
    { line: 6, problem: '1 columns instead of 2' },
    { line: 7, problem: expect.stringContaining('is not CSV') as string },
    { line: 8, vehicleId: 'truck-4' },
    {
      line: 9,
      problem: '"navora-bridge" is no id for a vehicle: navora-… are our own clients at the broker',
    },
  ]);
});

it('refuses a file whose columns it does not know', async () => {
  await expect(linesOf('vehicle,group\n')).rejects.toThrow('devices.csv: unknown column "vehicle"');
  await expect(linesOf('group\n')).rejects.toThrow('devices.csv: its first line names no column vehicleId');
  await expect(linesOf('')).rejects.toThrow('its first line names no column vehicleId');
});
