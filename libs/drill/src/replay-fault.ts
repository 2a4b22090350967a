import type { Fault } from './fault.js';
import { changedTables } from './table-digest.js';

export const replayFromEarliest: Fault = {
  code: 'P20',
  title: 'both consumer groups set back to the earliest offset: not a row, write time or alert changes',
  invariants: ['I3', 'I7'],
  touches: ['processor', 'alerts'],
  lastsMs: [1000, 1000],
  afterLoad: true,
  begin: async ({ services, stored, tell, broke }) => {
    tell('both groups set back to the earliest offset');
    for (const service of ['processor', 'alerts'] as const) await services.hold(service, 26_000);
    const before = await stored.digest();
    await stored.resetToEarliest();
    for (const service of ['processor', 'alerts'] as const) services.release(service);
    return async () => {
      await stored.untilCaughtUp();
      const changed = changedTables(before, await stored.digest());
      if (changed.length > 0)
        broke('replay', `changed by a replay from the earliest offset: ${changed.join('; ')}`);
    };
  },
};
