import { expect, it } from 'vitest';
import { aGoodWorld, aRow } from './a-good-world.js';
import { KnownReadings } from './known-readings.js';

it('shares what is equal, and leaves alone what differs in anything', () => {
  const { history, records } = aGoodWorld();
  const known = new KnownReadings(history.sent);
  for (const record of records) {
    const row = aRow(record);
    const copy = { ...row, content: new Map(row.content) };
    expect(known.inRow(copy)).toEqual(row);
    const zeroed = { ...row, content: new Map([...row.content, ['cargoTemperatureC', 0] as const]) };
    expect(known.inRow(zeroed)).toBe(zeroed);
    const moved = { ...row, recordedAt: row.recordedAt + 1 };
    expect(known.inRow(moved)).toBe(moved);
  }
});
