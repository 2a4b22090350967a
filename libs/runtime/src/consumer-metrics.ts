import { Gauge, type Registry } from 'prom-client';

/** How far a consumer is, asked for when Prometheus asks. */
export interface Standing {
  /** Records that are not resolved, as of the last fetches. */
  lag(): number;
  /** How long ago the oldest record came into being that was taken over and is not resolved, in ms. */
  oldestAgeMs(): number;
  /** Records under way. */
  underWay(): number;
}

/** @param prefix such as `navora_processor` */
export function gaugeStanding(registry: Registry, prefix: string, standing: Standing): void {
  gauge(registry, `${prefix}_consumer_lag`, 'Records not resolved yet, as of the last fetches', standing.lag);
  gauge(
    registry,
    `${prefix}_consumer_lag_seconds`,
    'Age of the oldest record that was taken over and is not resolved, to the precision of a fetch; 0 when all are',
    () => standing.oldestAgeMs() / 1000,
  );
  gauge(registry, `${prefix}_unresolved`, 'Records under way', standing.underWay);
}

/** A value that is asked for when Prometheus asks. */
export function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}
