import { expect, it as vitestIt } from 'vitest';
import { Drive, lives, transitionsIn, type Raise } from './drive.js';

const QUIET = 'rules: [{ id: quiet, severity: warning, silentFor: 1m }]';

/** For tests: what users of other platforms complain about where nothing is heard of a vehicle. */
export function describeComplaintsAboutSilence(raise: Raise, timeoutMs = 5000): void {
  const it = (name: string, test: () => Promise<void>) => vitestIt(name, test, timeoutMs);
  const raised = (drive: Drive) => raise([drive.signals]);

  it('a silent vehicle raises an alert while it is silent, not when it returns; and that clears when it does', async () => {
    const drive = new Drive(QUIET).measures({ at: 0 }).heartbeats(-100, 5, 305);
    expect(lives(await raised(drive))).toEqual(['opened 60.2']);
    const back = new Drive(QUIET).measures({ at: 0 }).heartbeats(-100, 5, 305);
    back.measures({ at: 310 }, { at: 320 }).heartbeats(-100, 325, 415);
    const found = await raised(back);
    expect(lives(found)).toEqual(['opened 60.2 → cleared 310.2', 'opened 380.2']);
    expect(transitionsIn(found)).toEqual(['opened', 'cleared', 'opened']);
    expect(found.alerts[0]).toMatchObject({ measurement: 'silence', value: 60 });
  });

  it('silence that may be ours raises nothing: it counts anew from where heartbeats begin again', async () => {
    const down = new Drive(QUIET).measures({ at: 0 });
    expect(lives(await raised(down.heartbeats(-100, 5, 45).measures({ at: 3600 })))).toEqual([]);
    const since = 3600;
    const up = new Drive(QUIET).measures({ at: 0 }).heartbeats(since, since, since + 50);
    expect(lives(await raised(up))).toEqual([]);
    const on = new Drive(QUIET).measures({ at: 0 }).heartbeats(since, since, since + 120);
    expect(lives(await raised(on))).toEqual(['opened 3660']);
  });

  it('buffered readings and wrong clocks end a silence like any others, and each group has its own', async () => {
    const buffered = new Drive(QUIET).measures({ at: 0 }).heartbeats(-100, 5, 95);
    buffered.measures({ at: 20, receivedAt: 100 });
    expect(lives(await raised(buffered))).toEqual(['opened 60.2 → cleared 100']);
    const ahead = new Drive(QUIET).measures({ at: 0 }).heartbeats(-100, 5, 95);
    ahead.measures({ at: 86_400, receivedAt: 100 });
    expect(lives(await raised(ahead))).toEqual(['opened 60.2 → cleared 100']);
    const patient = new Drive(`groups: { all: ['*'] }
rules: [{ id: quiet, severity: warning, silentFor: 1m, overrides: { all: { silentFor: 2m } } }]`);
    expect(lives(await raised(patient.measures({ at: 0 }).heartbeats(-100, 5, 305)))).toEqual([
      'opened 120.2',
    ]);
  });

  it('a silence that is delivered again, by whichever process, is the same alert', async () => {
    const drive = new Drive(QUIET).measures({ at: 0 }, { at: 1 }).heartbeats(-100, 5, 105);
    const all = drive.measures({ at: 110 }).heartbeats(-100, 115, 205).signals;
    const found = await raise([all.slice(0, 9), all.slice(0, 12), all.slice(1), all]);
    expect(lives(found)).toEqual(['opened 61.2 → cleared 110.2', 'opened 170.2']);
    expect(transitionsIn(found)).toEqual(['opened', 'cleared', 'opened']);
  });
}
