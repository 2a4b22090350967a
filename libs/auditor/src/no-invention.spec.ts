import { describe, expect, it } from 'vitest';
import * as world from './a-good-world.js';
import { brokenBy, replace, at, withContent, type Lie } from './forged.fixture.js';

const { the, aSent, aRecord, aRow, aSignal, START } = world;

describe('I2: no invention', () => {
  it('a record nobody sent, with all that follows from it', async () => {
    const record = aRecord(aSent('truck-3', 9, JSON.stringify({ recordedAt: START })), 22n);
    await expect(
      brokenBy((good) => ({
        records: [...good.records, record],
        rows: [...good.rows, aRow(record)],
        signals: [...good.signals, aSignal(aRow(record), 30n)],
        ends: new Map([[0, 23n]]),
      })),
    ).resolves.toEqual(['I2 invented']);
  });

  it('but not a record from before the history', async () => {
    const record = {
      ...aRecord(aSent('truck-3', 9, JSON.stringify({ recordedAt: START })), 22n),
      timestamp: START - 1,
    };
    const row = aRow(record);
    const rest = { ends: new Map([[0, 23n]]) };
    const lie: Lie = (good) => ({ ...rest, records: [...good.records, record], rows: [...good.rows, row] });
    await expect(
      brokenBy((good) => ({ ...lie(good), signals: [...good.signals, aSignal(row, 30n)] })),
    ).resolves.toEqual([]);
  });

  it('a row nobody sent', async () => {
    const record = aRecord(aSent('truck-3', 9, JSON.stringify({ recordedAt: START })), 0n);
    await expect(brokenBy((good) => ({ rows: [...good.rows, aRow(record)] }))).resolves.toEqual([
      'I2 invented',
    ]);
  });

  it('a changed value', async () => {
    const lie: Lie = ({ rows }) => ({
      rows: replace(rows, at(rows, 1), withContent(at(rows, 1), 'engineTemperatureC', 105.0001)),
    });
    await expect(brokenBy(lie)).resolves.toEqual(['I2 invented']);
  });

  it('a zero for a missing sensor', async () => {
    await expect(
      brokenBy(({ rows }) => ({ rows: replace(rows, at(rows, 1), withContent(at(rows, 1), 'speedKph', 0)) })),
    ).resolves.toEqual(['I2 invented']);
  });

  it('a dropped extra', async () => {
    await expect(
      brokenBy(({ rows }) => ({
        rows: replace(rows, the(rows, 'truck-3', 1), {
          content: new Map([
            ['sequence', 7],
            ['speedKph', 71.5],
          ]),
        }),
      })),
    ).resolves.toEqual(['I2 invented']);
  });

  it('a value changed on the way into Kafka', async () => {
    const said = world.readingOf(at(world.aGoodWorld().records, 2));
    const judged = { reading: { ...said, content: new Map([['engineTemperatureC', 96]]) } };
    await expect(
      brokenBy(({ records }) => ({ records: replace(records, at(records, 2), { judged }) })),
    ).resolves.toEqual(['I2 invented', 'I7 signals wrong']);
  });

  it('a row that names a redelivery as its origin', async () => {
    const origin = { topic: world.READINGS, partition: 0, offset: 20n };
    await expect(brokenBy(({ rows }) => ({ rows: replace(rows, at(rows, 0), { origin }) }))).resolves.toEqual(
      ['I2 invented'],
    );
  });

  it('a clock-suspect reading stored as a sound one', async () => {
    await expect(
      brokenBy(({ rows }) => ({ rows: replace(rows, the(rows, 'truck-3', 2), { clockSuspect: false }) })),
    ).resolves.toEqual(['I2 invented']);
  });

  it('a clock-suspect reading as the latest state', async () => {
    await expect(
      brokenBy(({ rows, latest }) => ({
        latest: new Map([...latest, ['truck-3', the(rows, 'truck-3', 2)]]),
      })),
    ).resolves.toEqual(['I2 invented']);
  });
});
