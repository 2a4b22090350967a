import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SimulatorError } from './simulator-error.js';
import { tripJson } from './trip-reading.js';
import { readTrips, tripLines, type TripLine } from './trips.js';

async function* chunks(text: string): AsyncGenerator<string> {
  yield text;
}

async function trips(...lines: string[]): Promise<TripLine[]> {
  const all: TripLine[] = [];
  for await (const trip of tripLines(chunks(lines.join('\n')), 'trips.csv')) all.push(trip);
  return all;
}

async function readingOf(...lines: string[]) {
  const [trip] = await trips(...lines);
  if (!trip || !('reading' in trip)) throw new Error(`no reading: ${JSON.stringify(trip)}`);
  return trip.reading;
}

const HEADER =
  'vehicleId,recordedAt,latitude,longitude,speedKph,fuelLevelPercent,engineTemperatureC,ignitionOn';

async function problemsOf(line: string): Promise<string[]> {
  const [trip] = await trips(HEADER, line);
  return trip && 'problems' in trip ? trip.problems.map((problem) => `line ${trip.line}: ${problem}`) : [];
}

it('reads a line into a reading, with nothing for what is empty', async () => {
  const reading = await readingOf(HEADER, 'v1,2026-11-02T06:45:33Z,-5.8,-35.2,,56.10,95,1');
  expect(JSON.parse(tripJson(reading).toString())).toEqual({
    messageId: reading.messageId,
    vehicleId: 'v1',
    recordedAt: '2026-11-02T06:45:33.000Z',
    location: { latitude: -5.8, longitude: -35.2 },
    fuelLevelPercent: 56.1,
    engineTemperatureC: 95,
    ignitionOn: true,
  });
});

it('sends columns it does not know as additional fields', async () => {
  const reading = await readingOf('note,vehicleId,rpm,recordedAt,abs', '"a, b",v1,1800,1763800000123,false');
  expect(reading.extras).toEqual({ note: 'a, b', rpm: 1800, abs: false });
  expect(JSON.parse(tripJson(reading).toString())).toMatchObject({ note: 'a, b', rpm: 1800, abs: false });
});

it('gives a line the same id and the same bytes in whatever column order and place it stands', async () => {
  const fields: [string, string][] = [
    ['vehicleId', 'v1'],
    ['recordedAt', '2026-11-02T06:45:33Z'],
    ['speedKph', '12'],
    ['rpm', '1800'],
    ['cargoTemperatureC', ''],
    ['note', 'x'],
  ];
  const csv = (order: [string, string][]) => [
    order.map(([name]) => name).join(','),
    order.map(([, value]) => value).join(','),
  ];
  const expected = await readingOf(...csv(fields));
  expect(expected.messageId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(fields, { minLength: fields.length }), async (order) => {
      const [names, values] = csv(order);
      const reading = await readingOf(names ?? '', '', values ?? '');
      expect(reading).toEqual(expected);
      expect(tripJson(reading)).toEqual(tripJson(expected));
    }),
  );
});

it('keeps the id of a reading that comes with one, and gives others to other content', async () => {
  const id = '0B9F8C1E-9F3C-4C57-8F5E-2D4C1F6A7B10';
  const own = await readingOf('messageId,vehicleId,recordedAt', `${id},v1,1763800000123`);
  expect(own.messageId).toBe(id.toLowerCase());
  const one = await readingOf('vehicleId,recordedAt,speedKph', 'v1,1763800000123,5');
  const other = await readingOf('vehicleId,recordedAt,fuelLevelPercent', 'v1,1763800000123,5');
  expect(one.messageId).not.toBe(other.messageId);
});

it.each([
  ['v1,2026-11-02T06:45:33Z,1,2,3,abc,90,1', 'line 2: fuelLevelPercent: "abc" is not a number'],
  ['v1,2026-11-02T06:45:33Z,90.1,2,3,4,90,1', 'line 2: latitude: 90.1 is impossible, it must be -90 to 90'],
  [
    'v1,2026-11-02T06:45:33Z,1,-181,3,4,90,1',
    'line 2: longitude: -181 is impossible, it must be -180 to 180',
  ],
  ['v1,2026-11-02T06:45:33Z,1,,3,4,90,1', 'line 2: longitude: missing, although there is a latitude'],
  ['v1,2026-11-02T06:45:33Z,1,2,-1,4,90,1', 'line 2: speedKph: -1 is impossible, it must be 0 to 400'],
  [
    'v1,2026-11-02T06:45:33Z,1,2,3,101,90,1',
    'line 2: fuelLevelPercent: 101 is impossible, it must be 0 to 100',
  ],
  [
    'v1,2026-11-02T06:45:33Z,1,2,3,4,251,1',
    'line 2: engineTemperatureC: 251 is impossible, it must be -80 to 250',
  ],
  ['v1,2026-11-02T06:45:33Z,1,2,3,4,90,yes', 'line 2: ignitionOn: "yes" is neither true nor false'],
  ['v 1,2026-11-02T06:45:33Z,1,2,3,4,90,1', 'line 2: vehicleId: "v 1" is not a vehicle id'],
  [',2026-11-02T06:45:33Z,1,2,3,4,90,1', 'line 2: vehicleId: missing'],
  ['v1,,1,2,3,4,90,1', 'line 2: recordedAt: missing'],
  ['v1,2026-11-02T06:45:33,1,2,3,4,90,1', 'line 2: recordedAt: "2026-11-02T06:45:33" names no time zone'],
  ['v1,2026-11-02T06:45:33Z,1,2', 'line 2: 4 columns instead of 8'],
  ['v1,2026-11-02T06:45:33Z,1,2,3,4,90,1,9', 'line 2: 9 columns instead of 8'],
  ['v1,"2026-11-02T06:45:33Z,1,2,3,4,90,1', 'line 2: is not CSV: a quote is opened and never closed'],
])('names what is wrong with the line %s', async (line, problem) => {
  const problems = await problemsOf(line);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(problem);
});

it('goes on after a bad line, and names every problem of it', async () => {
  const all = await trips(HEADER, 'v1,soon,1,2,3,-4,90,1', 'v1,2026-11-02T06:45:33Z,1,2,3,4,90,1');
  expect(all).toMatchObject([{ line: 2 }, { line: 3, reading: { vehicleId: 'v1' } }]);
  expect(await problemsOf('v1,soon,1,2,3,-4,90,1')).toHaveLength(2);
});

it('knows a line that says the same as an earlier one', async () => {
  const line = 'v1,2026-11-02T06:45:33Z,1,2,3,4,90,1';
  expect(await trips(HEADER, line, line)).toMatchObject([{ line: 2 }, { line: 3, repeated: true }]);
});

it.each([
  ['', 'trips.csv is empty'],
  ['vehicleId,speedKph', 'trips.csv has no column recordedAt; it has: vehicleId, speedKph.'],
  ['vehicleId,recordedAt,', 'column 3 has no name'],
  ['vehicleId,recordedAt,rpm,rpm', 'two columns named rpm'],
  ['vehicleId,recordedAt,location', 'cannot be named location'],
  ['vehicleId,"recordedAt', 'the line of column names is not CSV'],
])('refuses a file that begins with "%s"', async (header, sentence) => {
  await expect(trips(header)).rejects.toThrow(SimulatorError);
  await expect(trips(header)).rejects.toThrow(sentence);
});

it('says that there is no such file', async () => {
  await expect(readTrips('/nowhere/trips.csv').next()).rejects.toThrow(
    '/nowhere/trips.csv cannot be read: there is no such file.',
  );
});
