import { Random } from '@navora/simulator';

const HEADER = 'vehicleId,recordedAt,speedKph,fuelLevelPercent,engineTemperatureC,cargoTemperatureC';

/** Trips of three vehicles as a recorder writes them: values wander across every threshold, and some are missing. */
export function someTrips(prefix: string, seed: number): string {
  const random = new Random(seed, 'trips');
  const lines = [HEADER];
  for (const vehicle of ['a', 'b', 'c']) {
    let [at, fuel, engine, cargo] = [Date.now() - 3_600_000, 20, 96, 7];
    for (let line = 0; line < 300; line++) {
      at += 1000 + Math.floor(random.next() * 4000);
      fuel = Math.min(30, Math.max(5, fuel + random.noise(3)));
      engine = Math.min(120, Math.max(80, engine + random.noise(6)));
      cargo = Math.min(12, Math.max(-2, cargo + random.noise(1.5)));
      const values = [40, fuel, engine, cargo].map((value) => (random.chance(0.05) ? '' : value.toFixed(2)));
      lines.push([`${prefix}-${vehicle}`, new Date(at).toISOString(), ...values].join(','));
    }
  }
  return `${lines.join('\n')}\n`;
}

/**
 * What the default rules say of trips whose lines stand in the order of their times: `vehicle rule from to`, sorted.
 * Written for a reader with the rules file in the other hand; it shares nothing with what it is compared to.
 */
export function alertsInTrips(csv: string): string[] {
  const [header = '', ...lines] = csv.trim().split('\n');
  const columns = header.split(',');
  const open = new Map<string, string>();
  const alerts: string[] = [];
  for (const line of lines) {
    const cells = line.split(',');
    const cell = (column: string) => cells[columns.indexOf(column)] ?? '';
    const judge = (
      rule: string,
      column: string,
      bad: (n: number) => boolean,
      good: (n: number) => boolean,
    ) => {
      if (cell(column) === '') return;
      const key = `${cell('vehicleId')} ${rule}`;
      const value = Number(cell(column));
      const at = new Date(cell('recordedAt')).toISOString();
      if (bad(value) && !open.has(key)) open.set(key, at);
      else if (good(value) && open.has(key)) {
        alerts.push(`${key} ${open.get(key)} ${at}`);
        open.delete(key);
      }
    };
    judge(
      'engine-overheating',
      'engineTemperatureC',
      (n) => n > 100,
      (n) => n <= 95,
    );
    judge(
      'fuel-low',
      'fuelLevelPercent',
      (n) => n < 15,
      (n) => n >= 18,
    );
    judge(
      'cargo-out-of-range',
      'cargoTemperatureC',
      (n) => n < 2 || n > 8,
      (n) => n >= 2.5 && n <= 7.5,
    );
  }
  for (const [key, at] of open) alerts.push(`${key} ${at} open`);
  return alerts.sort();
}
