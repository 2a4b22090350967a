import { retryForever, type Logger, errorFields } from '@navora/runtime';
import type { CassandraClient } from '@navora/cassandra';
import type { FenceCheck } from '@navora/erasure';
import type { Reading } from '@navora/schemas';

export interface LatestState {
  vehicleId: string;
  /** ms since 1970; what is newer wins, in whatever order it is written. */
  recordedAt: number;
  state: string;
}

/** Plain writes of latest states, those of one shard in one request. */
export interface LatestStateWriter {
  write(shard: number, states: LatestState[]): Promise<void>;
}

interface Pending {
  reading: Reading;
  receivedAt: number;
  waiting: (() => void)[];
}

/** Writes under way in all: what waits meanwhile makes the next ones larger. */
const MAX_WRITES_IN_FLIGHT = 8;

/** What a shard waits for before its states are written: they cost as much alone as in company, and nobody waits. */
const GATHER: Gathering = { forMs: 250, readings: 32 };

export interface Gathering {
  forMs: number;
  /** With so many it waits no longer: what is not written yet is under way in the processor, which has a bound. */
  readings: number;
}

/** What a shard has to write. */
class Waiting {
  readonly vehicles = new Map<string, Pending>();
  readings = 0;
  timer: NodeJS.Timeout | undefined;
}

/**
 * The newest reading of each vehicle. A shard gathers for a moment, then has one write under way; what comes meanwhile
 * is the next one, and of several readings of a vehicle only the newest is written.
 */
export class LatestStates {
  private readonly gathering: Gathering;
  private readonly shards = new Map<number, Waiting>();
  /** Shards with something to write and none of it under way, in the order they came. */
  private readonly ready: number[] = [];
  private readonly busy = new Set<number>();
  private writesInFlight = 0;
  private failing = 0;

  constructor(
    private readonly writer: LatestStateWriter,
    private readonly log: Logger,
    private readonly fences: FenceCheck,
    private readonly options: { onFailure?(error: unknown): void; gathering?: Gathering } = {},
  ) {
    this.gathering = options.gathering ?? GATHER;
  }

  get healthy(): boolean {
    return this.failing === 0;
  }

  /** Resolves once the vehicle's state is at least as new as this reading, or the reading is erased. */
  remember(shard: number, reading: Reading, receivedAt: number): Promise<void> {
    return new Promise((resolve) => {
      let waiting = this.shards.get(shard);
      if (!waiting) this.shards.set(shard, (waiting = new Waiting()));
      waiting.readings++;
      const before = waiting.vehicles.get(reading.vehicleId);
      if (before) {
        before.waiting.push(resolve);
        // One that is erased must not stand in the way of an older one that came after it.
        if (isNewer(reading, before.reading) || this.isErased(before))
          Object.assign(before, { reading, receivedAt });
      } else {
        waiting.vehicles.set(reading.vehicleId, { reading, receivedAt, waiting: [resolve] });
      }
      this.gather(shard, waiting);
    });
  }

  private gather(shard: number, waiting: Waiting): void {
    if (this.busy.has(shard)) return;
    if (waiting.readings >= this.gathering.readings) this.makeReady(shard, waiting);
    else waiting.timer ??= setTimeout(() => this.makeReady(shard, waiting), this.gathering.forMs);
  }

  private makeReady(shard: number, { timer }: Waiting): void {
    clearTimeout(timer);
    this.busy.add(shard);
    this.ready.push(shard);
    this.startWrites();
  }

  private startWrites(): void {
    while (this.writesInFlight < MAX_WRITES_IN_FLIGHT) {
      const shard = this.ready.shift();
      if (shard === undefined) return;
      void this.writeShard(shard);
    }
  }

  private async writeShard(shard: number): Promise<void> {
    this.writesInFlight++;
    const pending = this.take(shard);
    await this.writeUntilDone(shard, pending);
    for (const { waiting } of pending) for (const resolve of waiting) resolve();
    this.writesInFlight--;
    this.busy.delete(shard);
    const next = this.shards.get(shard);
    if (next) this.gather(shard, next);
    this.startWrites();
  }

  private async writeUntilDone(shard: number, pending: readonly Pending[]): Promise<void> {
    let failed = false;
    await retryForever(() => this.write(shard, pending), {
      firstMs: 200,
      maxMs: 2000,
      onRetry: (error, attempt) => {
        if (!failed) this.failing++;
        failed = true;
        this.options.onFailure?.(error);
        this.log.warn({ shard, attempt, ...errorFields(error) }, 'latest_state_not_written');
      },
    });
    if (failed) this.failing--;
  }

  /** Fences are asked before each attempt: one may have been raised since the last. */
  private async write(shard: number, pending: readonly Pending[]): Promise<void> {
    if (!this.fences.fresh) await this.fences.untilFresh();
    const states = pending.filter((one) => !this.isErased(one)).map(({ reading }) => stateOf(reading));
    if (states.length > 0) await this.writer.write(shard, states);
  }

  private isErased({ reading, receivedAt }: Pending): boolean {
    return this.fences.isErased(reading.vehicleId, receivedAt);
  }

  private take(shard: number): Pending[] {
    const waiting = this.shards.get(shard);
    this.shards.delete(shard);
    return [...(waiting?.vehicles.values() ?? [])];
  }
}

function isNewer(a: Reading, b: Reading): boolean {
  return a.recordedAt > b.recordedAt || (a.recordedAt === b.recordedAt && a.messageId > b.messageId);
}

function stateOf(reading: Reading): LatestState {
  const measured: Record<string, unknown> = {};
  // By a loop: a replacer would be called for each value of what is written for every reading.
  for (const [name, value] of Object.entries(reading)) if (value !== null) measured[name] = value;
  return { vehicleId: reading.vehicleId, recordedAt: reading.recordedAt, state: JSON.stringify(measured) };
}

export class CassandraLatestStates implements LatestStateWriter {
  private readonly insert: string;

  constructor(
    private readonly client: CassandraClient,
    keyspace: string,
  ) {
    this.insert = `INSERT INTO ${keyspace}.latest_readings (shard, vehicle_id, state) VALUES (?, ?, ?) USING TIMESTAMP ?`;
  }

  async write(shard: number, states: LatestState[]): Promise<void> {
    const statements = states.map(({ vehicleId, recordedAt, state }) => ({
      query: this.insert,
      params: [shard, vehicleId, state, BigInt(recordedAt) * 1000n],
    }));
    await this.client.batch(statements, { prepare: true, logged: false });
  }
}
