import { errorFields, type Logger } from '@navora/runtime';
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

/** The newest reading of a vehicle, of those that are not written. */
interface Unwritten {
  shard: number;
  reading: Reading;
  receivedAt: number;
}

/** Of a partition of Kafka. */
interface PartitionStates {
  /** By vehicle. */
  unwritten: Map<string, Unwritten>;
  /** Settles, and never fails, once no save is under way. */
  saved: Promise<void>;
  timer: NodeJS.Timeout | undefined;
  failing: boolean;
}

/** Commits come more often, unless a record holds them up: one whose schema is not known yet, for minutes. */
const SAVED_AT_LATEST_MS = 2000;
/** Of JSON in one request. */
const MAX_CHARACTERS = 256 * 1024;

/**
 * The newest reading of each vehicle. Nobody waits for it to be written but the offset of the reading, so it is
 * written when that is about to be committed, and of several readings of a vehicle only the newest is.
 */
export class LatestStates {
  private readonly partitions = new Map<number, PartitionStates>();
  private readonly savedAtLatestMs: number;

  constructor(
    private readonly writer: LatestStateWriter,
    private readonly log: Logger,
    private readonly fences: FenceCheck,
    private readonly options: { onFailure?(error: unknown): void; savedAtLatestMs?: number } = {},
  ) {
    this.savedAtLatestMs = options.savedAtLatestMs ?? SAVED_AT_LATEST_MS;
  }

  get healthy(): boolean {
    for (const { failing } of this.partitions.values()) if (failing) return false;
    return true;
  }

  /** @param partition of Kafka; the vehicle's, and so its shard's */
  remember(partition: number, { shard, reading, receivedAt }: Unwritten): void {
    const states = this.statesOf(partition);
    const before = states.unwritten.get(reading.vehicleId);
    // One that is erased must not stand in the way of an older one that came after it.
    if (!before || isNewer(reading, before.reading) || this.isErased(before))
      states.unwritten.set(reading.vehicleId, { shard, reading, receivedAt });
    this.saveInTime(partition, states);
  }

  /**
   * Resolves once each state that was remembered of the partition before is written, or its vehicle erased.
   * @throws whatever Cassandra says: what is not written waits for the next time
   */
  async save(partition: number): Promise<void> {
    const states = this.partitions.get(partition);
    if (!states) return;
    const saving = states.saved.then(() => this.write(partition, states));
    states.saved = saving.catch(() => undefined);
    await saving;
  }

  private statesOf(partition: number): PartitionStates {
    let states = this.partitions.get(partition);
    if (!states) {
      states = { unwritten: new Map(), saved: Promise.resolve(), timer: undefined, failing: false };
      this.partitions.set(partition, states);
    }
    return states;
  }

  private saveInTime(partition: number, states: PartitionStates): void {
    states.timer ??= setTimeout(() => {
      this.save(partition).catch(() => undefined); // it has been told, and is tried again
    }, this.savedAtLatestMs).unref();
  }

  private async write(partition: number, states: PartitionStates): Promise<void> {
    clearTimeout(states.timer);
    states.timer = undefined;
    const taken = [...states.unwritten.values()];
    states.unwritten = new Map();
    try {
      // Not waited for: whoever stops would wait, too.
      if (taken.length > 0 && !this.fences.fresh)
        throw new Error('nobody can tell which vehicles are erased');
      await this.writeAll(taken.filter((one) => !this.isErased(one)));
      states.failing = false;
    } catch (error) {
      states.failing = true;
      for (const one of taken) this.remember(partition, one);
      this.options.onFailure?.(error);
      this.log.warn({ partition, ...errorFields(error) }, 'latest_states_not_written');
      throw error;
    }
  }

  private async writeAll(states: readonly Unwritten[]): Promise<void> {
    const byShard = new Map<number, Unwritten[]>();
    for (const one of states) {
      const ofShard = byShard.get(one.shard);
      if (ofShard) ofShard.push(one);
      else byShard.set(one.shard, [one]);
    }
    await Promise.all([...byShard].map(([shard, ofShard]) => this.writeShard(shard, ofShard)));
  }

  private async writeShard(shard: number, states: readonly Unwritten[]): Promise<void> {
    let [request, characters]: [LatestState[], number] = [[], 0];
    for (const { reading } of states) {
      const state = stateOf(reading);
      if (request.length > 0 && characters + state.state.length > MAX_CHARACTERS) {
        await this.writer.write(shard, request);
        [request, characters] = [[], 0];
      }
      request.push(state);
      characters += state.state.length;
    }
    if (request.length > 0) await this.writer.write(shard, request);
  }

  private isErased({ reading, receivedAt }: Unwritten): boolean {
    return this.fences.isErased(reading.vehicleId, receivedAt);
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
