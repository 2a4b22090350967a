import { expect, it as vitestIt } from 'vitest';
import { Drive, lives, transitionsIn, type Raise } from './drive.js';

const DEPOT = { latitude: 52.5, longitude: 13.4 };
const AWAY = { latitude: 53.5, longitude: 10 };

const rule = (keys: string) =>
  `rules: [{ id: hot, severity: warning, measurement: engineTemperatureC, ${keys} }]`;
const PLAIN = rule('above: 100, clear: 95');

/** For tests: what users of other platforms complain about, and what becomes of it here, wherever it is run. */
export function describeComplaints(raise: Raise, timeoutMs = 5000): void {
  const it = (name: string, test: () => Promise<void>) => vitestIt(name, test, timeoutMs);
  const raised = (drive: Drive) => raise([drive.signals]);

  it('two messages a few milliseconds apart raise one alert, not two', async () => {
    const drive = new Drive(PLAIN).measures(
      { at: 1, engineTemperatureC: 104 },
      { at: 1.003, engineTemperatureC: 104 },
      { at: 1.003, engineTemperatureC: 105 },
    );
    expect(lives(await raised(drive))).toEqual(['opened 1']);
  });

  it('a value that wavers around its threshold 100 times in a minute opens one alert (hysteresis)', async () => {
    const drive = new Drive(PLAIN);
    for (let crossing = 0; crossing < 100; crossing++)
      drive.measures({ at: crossing * 0.6, engineTemperatureC: crossing % 2 === 0 ? 101 : 99 });
    expect(lives(await raised(drive.everySecond('engineTemperatureC', 61, 94)))).toEqual([
      'opened 0 → cleared 61',
    ]);
  });

  it('without hysteresis: one that returns within the window is the same alert, opened again', async () => {
    const drive = new Drive(rule('above: 100, reopenWithin: 1m'));
    for (let crossing = 0; crossing < 100; crossing++)
      drive.measures({ at: crossing * 0.6, engineTemperatureC: crossing % 2 === 0 ? 101 : 99 });
    const found = await raised(drive);
    expect(lives(found)).toEqual(['opened 0 → reopened 58.8 → cleared 59.4']);
    expect(transitionsIn(found).filter((one) => one === 'reopened')).toHaveLength(49);
  });

  it('flapping readings that were buffered and come at once are judged by the time they were measured', async () => {
    const flapping = Array.from({ length: 60 }, (_, index) => ({
      at: index * 10,
      receivedAt: 7200 + index / 100,
      engineTemperatureC: index % 2 === 0 ? 101 : 90,
    }));
    const held = new Drive(rule('above: 100, clear: 95, for: 30s')).measures(...flapping);
    expect(lives(await raised(held))).toEqual([]);
    const steady = flapping.map((one) => ({ ...one, engineTemperatureC: 101 }));
    const drive = new Drive(rule('above: 100, clear: 95, for: 30s')).measures(...steady);
    expect(lives(await raised(drive))).toEqual(['opened 30']);
  });

  it('a short peak raises nothing where a duration is asked for, a lasting one does, once it has lasted', async () => {
    const drive = new Drive(rule('above: 100, for: 3s'));
    drive.everySecond('engineTemperatureC', 0, 101, 101, 99, 101, 101, 101, 101, 101, 99);
    expect(lives(await raised(drive))).toEqual(['opened 6 → cleared 8']);
  });

  it('what lies between threshold and clear interrupts a duration, a reading without the measurement does not', async () => {
    const between = new Drive(rule('above: 100, clear: 95, for: 3s'));
    between.everySecond('engineTemperatureC', 0, 101, 101, 97, 101, 101, 101);
    expect(lives(await raised(between))).toEqual([]);
    const silent = new Drive(rule('above: 100, clear: 95, for: 3s'));
    silent.everySecond('engineTemperatureC', 0, 101, 101, null, null, 101);
    expect(lives(await raised(silent))).toEqual(['opened 4']);
  });

  it('silence is no proof: a gap above maxGap interrupts a duration', async () => {
    const drive = new Drive(rule('above: 100, for: 3s, maxGap: 5s'));
    drive.measures(...[0, 2, 60, 62, 63].map((at) => ({ at, engineTemperatureC: 101 })));
    expect(lives(await raised(drive))).toEqual(['opened 63']);
  });

  it('an alert clears only once it has been normal for as long as was asked', async () => {
    const drive = new Drive(rule('above: 100, clear: 95, clearFor: 3s'));
    drive.everySecond('engineTemperatureC', 0, 101, 94, 94, 97, 94, 94, 94, 94);
    expect(lives(await raised(drive))).toEqual(['opened 0 → cleared 7']);
  });

  it('three breaches within a minute are one alert, three in an hour are none', async () => {
    const counted = rule('above: 100, repeat: { times: 3, within: 1m }');
    const peaks = (...at: number[]) =>
      new Drive(counted).measures(
        ...at.flatMap((one) => [
          { at: one, engineTemperatureC: 101 },
          { at: one + 1, engineTemperatureC: 90 },
        ]),
      );
    expect(lives(await raised(peaks(0, 20, 60)))).toEqual(['opened 60 → cleared 61']);
    expect(lives(await raised(peaks(0, 20, 61)))).toEqual([]);
  });

  it('an alert is not used again after it was cleared, but within the window that was asked for', async () => {
    const drive = new Drive(rule('above: 100, reopenWithin: 10s'));
    drive.measures(
      ...[
        [0, 101],
        [5, 90],
        [15, 101],
        [16, 90],
        [27, 101],
      ].map(([at = 0, engineTemperatureC]) => ({ at, engineTemperatureC })),
    );
    const found = await raised(drive);
    expect(lives(found)).toEqual(['opened 0 → reopened 15 → cleared 16', 'opened 27']);
    expect(transitionsIn(found)).toEqual(['opened', 'cleared', 'reopened', 'cleared', 'opened']);
  });

  it('the breach decides about reopening when it begins, not when it has lasted', async () => {
    const drive = new Drive(rule('above: 100, for: 4s, reopenWithin: 3s'));
    drive.everySecond('engineTemperatureC', 0, 101, 101, 101, 101, 101, 90, 99, 101, 101, 101, 101, 101);
    expect(lives(await raised(drive))).toEqual(['opened 4 → reopened 11']);
  });

  it('one reading from the future freezes nothing', async () => {
    const drive = new Drive(PLAIN).measures(
      { at: 0, engineTemperatureC: 90 },
      { at: 86_400, receivedAt: 1, engineTemperatureC: 150 },
      { at: 2, engineTemperatureC: 101 },
      { at: 3, engineTemperatureC: 90 },
    );
    expect(lives(await raised(drive))).toEqual(['opened 2 → cleared 3']);
  });

  it('an older normal that comes late neither clears the alert nor keeps it from clearing', async () => {
    const drive = new Drive(PLAIN).measures(
      { at: 10, engineTemperatureC: 101 },
      { at: 5, receivedAt: 11, engineTemperatureC: 90 },
      { at: 12, engineTemperatureC: 102 },
      { at: 13, engineTemperatureC: 90 },
      { at: 11, receivedAt: 14, engineTemperatureC: 90 },
    );
    expect(lives(await raised(drive))).toEqual(['opened 10 → cleared 13']);
  });

  it('an older breach that comes late is an alert of the past, and touches no present one', async () => {
    const drive = new Drive(PLAIN).measures(
      { at: 10, engineTemperatureC: 101 },
      { at: 5, receivedAt: 11, engineTemperatureC: 120 },
    );
    expect(lives(await raised(drive))).toEqual(['(opened 5 → cleared 5)', 'opened 10']);
  });

  it('late breaches show a duration only among themselves, and only where maxGap says how close they must be', async () => {
    const backlog = (keys: string) =>
      new Drive(rule(`above: 100, for: 20s, ${keys}`)).measures(
        { at: 100, engineTemperatureC: 90 },
        ...[0, 10, 20, 30, 40, 50].map((at) => ({ at, receivedAt: 101, engineTemperatureC: 101 })),
      );
    expect(lives(await raised(backlog('maxGap: 15s')))).toEqual(['(opened 20 → cleared 20)']);
    expect(lives(await raised(backlog('clearFor: 1s')))).toEqual([]);
  });

  it('a partition that leaves and comes back, and whatever is delivered again, changes nothing', async () => {
    const drive = new Drive(rule('above: 100, clear: 95, for: 2s, clearFor: 2s, reopenWithin: 5s'));
    const values = [101, 101, 101, 97, 94, 94, 94, 101, 101, 101, 90, 90, 90];
    const { signals } = drive.everySecond('engineTemperatureC', 0, ...values);
    const found = await raise([signals.slice(0, 2), signals.slice(0, 5), signals.slice(3), signals]);
    expect(lives(found)).toEqual(['opened 2 → reopened 9 → cleared 12']);
    expect(transitionsIn(found)).toEqual(['opened', 'cleared', 'reopened', 'cleared']);
  });

  it('a value beyond what is plausible raises nothing, clears nothing and interrupts nothing', async () => {
    const drive = new Drive(`limits: { engineTemperatureC: [-50, 200] }\n${rule('above: 100, for: 3s')}`);
    drive.everySecond('engineTemperatureC', 0, 3000, 101, -273, 101, 101, -273, 99);
    expect(lives(await raised(drive))).toEqual(['opened 4 → cleared 6']);
  });

  it('jitter at the border of a place is no leaving; leaving it is, and so is coming back', async () => {
    const drive = new Drive(`
places: { depot: { latitude: 52.5, longitude: 13.4, radiusM: 200 } }
rules: [{ id: left, severity: info, outside: depot, for: 3s, clearFor: 2s }]`);
    const [i, o] = [DEPOT, AWAY];
    drive.everySecond('location', 0, i, o, i, o, o, i, o, o, o, o, o, i, o, i, i, i);
    expect(lives(await raised(drive))).toEqual(['opened 9 → cleared 15']);
  });

  it('a rule about two things at once says nothing while one of them is unknown', async () => {
    const drive = new Drive(`
rules:
  - { id: open, severity: info, allOf: [{ measurement: doorOpen, equals: true }, { measurement: speedKph, above: 5 }] }`);
    drive.measures(
      { at: 0, doorOpen: true },
      { at: 1, speedKph: 50 },
      { at: 2, doorOpen: true, speedKph: 50 },
    );
    const found = await raised(drive.measures({ at: 3, doorOpen: true }, { at: 4, speedKph: 0 }));
    expect(lives(found)).toEqual(['opened 2 → cleared 4']);
    expect(found.alerts[0]).toMatchObject({ measurement: 'doorOpen', value: 1 });
    expect(found.alerts[0]).not.toHaveProperty('clearedValue');
  });

  it('an alert of a rule that is switched off clears with the next reading', async () => {
    const drive = new Drive(PLAIN).everySecond('engineTemperatureC', 0, 101, 102);
    drive.under(rule('above: 100, off: true')).measures({ at: 5, speedKph: 50 });
    expect(lives(await raised(drive))).toEqual(['opened 0 → cleared 5']);
  });

  it('an alert has the severity of the rules that judged its reading, whatever they are now', async () => {
    const drive = new Drive(PLAIN).everySecond('engineTemperatureC', 0, 101);
    const { alerts } = await raised(drive);
    expect(alerts).toMatchObject([{ severity: 'warning', measurement: 'engineTemperatureC' }]);
  });
}
