import { expect, it } from 'vitest';
import { DrillWatch } from './drill-watch.js';
import type { KafkaStanding, Standing } from './kafka-standing.js';
import type { ServiceWatch } from './service-watch.js';

const PATIENCE_MS = 400;

/** Looks each millisecond at what `standings` says next; the last goes on as it is told to. */
function watching(next: (look: number) => Partial<Standing>): DrillWatch {
  let looks = 0;
  const look = async () => ({ ...EMPTY, ...next(looks++) });
  const kafka = { look, forget: () => undefined } as unknown as KafkaStanding;
  const services = { look: async () => undefined, allReady: true } as unknown as ServiceWatch;
  return new DrillWatch(services, kafka, 10, () => undefined, undefined, PATIENCE_MS, 1);
}

const EMPTY: Standing = { readings: 0, readingsLag: 0, signalsLag: 0, deadLetters: 0 };

it('gives up when nothing gets less, however many heartbeats come', async () => {
  const watch = watching((look) => ({ readings: 16 * look, signalsLag: 500 + 16 * look }));
  expect(await watch.recovered()).toBe(false);
  await watch.stop();
});

it('waits as long as less waits for one of the consumers', async () => {
  const startedAt = Date.now();
  const watch = watching(() => {
    const passed = Date.now() - startedAt;
    return { readingsLag: 1000, signalsLag: Math.max(0, 1000 - passed) };
  });
  expect(await watch.recovered(), 'readings still wait').toBe(false);
  expect(Date.now() - startedAt).toBeGreaterThan(900);
  await watch.stop();
});

it('waits as long as more comes in than heartbeats', async () => {
  const startedAt = Date.now();
  const watch = watching((look) => {
    const isSending = Date.now() - startedAt < 3 * PATIENCE_MS;
    return isSending ? { readings: 1000 * look, signalsLag: 2000 } : { readings: 1000 * look, signalsLag: 0 };
  });
  expect(await watch.recovered()).toBe(true);
  await watch.stop();
});
