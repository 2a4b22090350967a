import { createLogger } from '@navora/runtime';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Fence } from './erasure.js';
import { Fences, type FenceSource } from './fences.js';

const log = createLogger('test', 'silent');

class Table implements FenceSource {
  private fences: Fence[] = [];
  private changes = 0;
  reads = 0;
  /** What happens while the answer is on its way. */
  meanwhile: () => void = () => undefined;

  raise(vehicleId: string, erasedAt: number, isDone = false): void {
    this.fences = [
      ...this.fences.filter((it) => it.vehicleId !== vehicleId),
      { vehicleId, erasedAt, isDone },
    ];
    this.changes++;
  }

  async version() {
    const version = this.changes;
    await Promise.resolve();
    this.meanwhile();
    return version;
  }

  async readAll() {
    this.reads++;
    await Promise.resolve();
    return { version: this.changes, fences: this.fences };
  }
}

let table: Table;
let clock: { monotonic: number; wall: number };
let seen: Fence[];
beforeEach(() => {
  table = new Table();
  clock = { monotonic: 1000, wall: 5_000_000 };
  seen = [];
});

const load = () =>
  Fences.load(table, {
    log,
    staleAfterMs: 10_000,
    onFence: (fence) => seen.push(fence),
    monotonic: () => clock.monotonic,
    now: () => clock.wall,
  });

function passes(ms: number): void {
  clock.monotonic += ms;
  clock.wall += ms;
}

describe('fences', () => {
  it('hold back what was received up to them, and nothing else', async () => {
    table.raise('truck-1', 100);
    const fences = await load();
    expect([99, 100, 101].map((at) => fences.isErased('truck-1', at))).toEqual([true, true, false]);
    expect(fences.isErased('truck-2', 99)).toBe(false);
  });

  it('are read again when their version has changed, and only then', async () => {
    const fences = await load();
    await fences.refresh();
    expect(table.reads).toBe(1);
    table.raise('truck-1', 100);
    await fences.refresh();
    expect([table.reads, fences.isErased('truck-1', 100)]).toEqual([2, true]);
  });

  it('are told of each time they rise, and not when they are done', async () => {
    table.raise('truck-1', 100);
    const fences = await load();
    table.raise('truck-2', 200);
    await fences.refresh();
    table.raise('truck-1', 300);
    await fences.refresh();
    table.raise('truck-1', 300, true);
    await fences.refresh();
    expect(fences.of('truck-1')?.isDone).toBe(true);
    expect(seen.map(({ vehicleId, erasedAt }) => `${vehicleId} ${erasedAt}`)).toEqual([
      'truck-1 100',
      'truck-2 200',
      'truck-1 300',
    ]);
  });

  it('are stale so long after they were asked for', async () => {
    const fences = await load();
    passes(9999);
    expect(fences.fresh).toBe(true);
    passes(1);
    expect(fences.fresh).toBe(false);
    await fences.refresh();
    expect(fences.fresh).toBe(true);
  });

  it('are as old as the question, however late the answer comes', async () => {
    table.meanwhile = () => passes(9000);
    const fences = await load();
    passes(1000);
    expect(fences.fresh, 'I14').toBe(false);
  });

  it.each(['monotonic', 'wall'] as const)('are stale when only the %s clock has gone on', async (name) => {
    const fences = await load();
    clock[name] += 10_000;
    expect(fences.fresh).toBe(false);
  });

  it('let whoever waits go on once they are fresh, and not before', async () => {
    const fences = await load();
    passes(20_000);
    let went = false;
    const waiting = fences.untilFresh().then(() => (went = true));
    table.meanwhile = () => passes(20_000);
    await fences.refresh();
    await Promise.resolve();
    expect(went).toBe(false);
    table.meanwhile = () => undefined;
    await fences.refresh();
    await waiting;
    expect(went).toBe(true);
  });

  it('that cannot be read let nobody start', async () => {
    table.version = () => Promise.reject(new Error('no host'));
    await expect(load()).rejects.toThrow('no host');
  });

  it('stay as they are, and become stale, while nobody answers', async () => {
    table.raise('truck-1', 100);
    const fences = await load();
    table.version = () => Promise.reject(new Error('no host'));
    passes(10_000);
    await expect(fences.refresh()).rejects.toThrow('no host');
    expect([fences.fresh, fences.isErased('truck-1', 100)]).toEqual([false, true]);
  });
});
