import { invariant, modelRuns } from '@navora/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HeldPartitions, type PartitionOffset } from './held-partitions.js';
import type { ConsumedRecord, RecordBatch } from './record-batch.js';

const PARTITIONS = 3;
const MEMBERS = 2;
const turn = () => new Promise(setImmediate);
const pick = <T>(from: readonly T[], choice: number): T | undefined => from[choice % from.length];

interface CommitRequest {
  generation: number;
  sender: Member;
  offsets: readonly PartitionOffset[];
  answer(error?: Error): void;
}

/** Kafka: the log of each partition, and the coordinator, which checks a commit's generation and nothing else. */
class Kafka {
  readonly log: bigint[][] = Array.from({ length: PARTITIONS }, () => []);
  readonly committed: bigint[] = Array.from({ length: PARTITIONS }, () => 0n);
  /** What is durable elsewhere: the row and signal, or the dead letter, of a record. */
  readonly resolved: Set<bigint>[] = Array.from({ length: PARTITIONS }, () => new Set());
  readonly requests: CommitRequest[] = [];
  generation = 0;
  members = new Set<Member>();
  ownerOf: (Member | undefined)[] = [];

  produce(partition: number, gap: number): void {
    const log = this.log[partition] as bigint[];
    log.push((log.at(-1) ?? -1n) + BigInt(gap));
  }

  meet(members: Member[], choices: number[]): void {
    this.generation++;
    this.members = new Set(members);
    this.ownerOf = this.log.map((_, partition) => pick(members, choices[partition] ?? 0));
  }

  arrive(request: CommitRequest): Error | undefined {
    const { generation, sender, offsets } = request;
    if (generation !== this.generation || !this.members.has(sender)) return new Error('illegal generation');
    for (const { partition, offset } of offsets) {
      const before = this.committed[partition] as bigint;
      invariant('I6', offset >= before, () => `partition ${partition} went back from ${before} to ${offset}`);
      this.committed[partition] = offset;
    }
    return undefined;
  }

  check(): void {
    for (const [partition, committed] of this.committed.entries()) {
      for (const offset of this.log[partition] as bigint[]) {
        if (offset >= committed) break;
        invariant('I5', this.resolved[partition]?.has(offset) ?? false, () => {
          return `partition ${partition} is committed up to ${committed}, but ${offset} is unresolved`;
        });
      }
    }
  }
}

/** A process with our consumer in it, and the client below, which stamps commits with its newest generation. */
class Member {
  readonly held = new HeldPartitions(() => undefined);
  generation = -1;
  private owned: number[] = [];
  private readonly positions = new Map<number, bigint>();
  work: { batch: RecordBatch; record: ConsumedRecord }[] = [];
  readonly durables: ((error?: Error) => void)[] = [];
  private round: Promise<void> | undefined;
  private alive = true;

  constructor(private readonly kafka: Kafka) {}

  /** The client has joined: its new generation is set, and a few microtasks later we hear of it. */
  async hearOfMeeting(): Promise<void> {
    if (!this.kafka.members.has(this) || this.generation === this.kafka.generation) return;
    this.generation = this.kafka.generation;
    this.owned = this.kafka.ownerOf.flatMap((owner, partition) => (owner === this ? [partition] : []));
    for (const partition of this.owned)
      this.positions.set(partition, this.kafka.committed[partition] as bigint);
    await Promise.resolve();
    this.held.begin(this.owned.length);
  }

  deliver(choice: number, count: number): void {
    const partition = pick(this.owned, choice);
    if (partition === undefined || !this.held.joined) return;
    const log = this.kafka.log[partition] as bigint[];
    const offsets = log.filter((offset) => offset >= (this.positions.get(partition) ?? 0n)).slice(0, count);
    if (offsets.length === 0) return;
    const { batch } = this.held.takeOver({
      topic: 't',
      partition,
      highWatermark: (log.at(-1) ?? -1n) + 1n,
      records: offsets.map((offset) => aRecord(partition, offset)),
    });
    this.positions.set(partition, (offsets.at(-1) as bigint) + 1n);
    for (const record of batch?.records ?? []) this.work.push({ batch: batch as RecordBatch, record });
  }

  /** One record's work is done, in whatever order; work of an ended epoch goes on too, and is as durable. */
  finish(choice: number): void {
    const done = pick(this.work, choice);
    if (!done) return;
    this.work = this.work.filter((one) => one !== done);
    this.kafka.resolved[done.record.partition]?.add(done.record.offset);
    done.batch.resolve(done.record);
  }

  /** A try failed or timed out: the record stays under way, behind all others. */
  fail(choice: number): void {
    const failed = pick(this.work, choice);
    if (failed) this.work = [...this.work.filter((one) => one !== failed), failed];
  }

  startRound(): void {
    this.round ??= this.held
      .commitResolved({
        beforeCommit: () =>
          new Promise((resolve, reject) =>
            this.durables.push((error) => (error ? reject(error) : resolve())),
          ),
        commit: (offsets) => this.sendCommit(offsets),
        onPostponed: () => undefined,
      })
      .finally(() => (this.round = undefined));
  }

  /** Nothing of it acts any more; what it has sent is on its way. */
  crash(): void {
    this.alive = false;
    this.work = [];
    this.held.end();
  }

  private sendCommit(offsets: readonly PartitionOffset[]): Promise<void> {
    if (!this.alive) return Promise.reject(new Error('dead'));
    return new Promise((resolve, reject) =>
      this.kafka.requests.push({
        generation: this.generation,
        sender: this,
        offsets,
        answer: (error) => (error ? reject(error) : resolve()),
      }),
    );
  }
}

function aRecord(partition: number, offset: bigint): ConsumedRecord {
  return { topic: 't', partition, offset, timestamp: 0, key: null, value: null, headers: {} };
}

const nat = fc.nat(1000);
const who = fc.nat(MEMBERS - 1);
const weighted = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary });
const mostly = fc.constantFrom(true, true, true, false);
const step = fc.oneof(
  weighted(12, fc.record({ produce: fc.nat(PARTITIONS - 1), gap: fc.integer({ min: 1, max: 3 }) })),
  weighted(20, fc.record({ deliver: who, partition: nat, count: fc.integer({ min: 1, max: 5 }) })),
  weighted(36, fc.record({ finish: who, which: nat })),
  weighted(1, fc.record({ fail: who, which: nat })),
  weighted(20, fc.record({ round: who })),
  weighted(32, fc.record({ durable: who, ok: mostly })),
  weighted(20, fc.record({ arrive: nat, answered: mostly })),
  weighted(2, fc.record({ meet: fc.array(nat, { minLength: 3, maxLength: 3 }), absent: fc.nat(5) })),
  weighted(1, fc.record({ warn: who })),
  weighted(12, fc.record({ hear: who })),
  weighted(1, fc.record({ crash: who })),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

class World {
  readonly kafka = new Kafka();
  readonly members = Array.from({ length: MEMBERS }, () => new Member(this.kafka));

  /** The group has met once, and each member knows. */
  static async withMembers(): Promise<World> {
    const world = new World();
    world.kafka.meet(world.members, [0, 1, 0]);
    for (const member of world.members) await member.hearOfMeeting();
    return world;
  }

  async take(one: Step): Promise<void> {
    if ('produce' in one) this.kafka.produce(one.produce, one.gap);
    else if ('deliver' in one) this.member(one.deliver).deliver(one.partition, one.count);
    else if ('finish' in one) this.member(one.finish).finish(one.which);
    else if ('fail' in one) this.member(one.fail).fail(one.which);
    else if ('round' in one) this.member(one.round).startRound();
    else if ('durable' in one)
      this.member(one.durable).durables.shift()?.(one.ok ? undefined : new Error('the store is away'));
    else if ('arrive' in one) this.arrive(one.arrive, one.answered);
    else if ('meet' in one) {
      const present = this.members.filter((_, i) => i !== one.absent);
      this.kafka.meet(present, one.meet);
    } else if ('warn' in one) this.member(one.warn).held.end();
    else if ('hear' in one) await this.member(one.hear).hearOfMeeting();
    else {
      this.member(one.crash).crash();
      this.members[one.crash] = new Member(this.kafka);
    }
    await turn();
    this.kafka.check();
  }

  /** Faults are over: a last meeting, and everything is delivered, done and committed. */
  async settle(): Promise<void> {
    this.kafka.meet(this.members, [0, 1, 0]);
    for (const member of this.members) await member.hearOfMeeting();
    for (let round = 0; round < 200 && !this.isQuiet(); round++) {
      for (const member of this.members) {
        for (let partition = 0; partition < PARTITIONS; partition++) member.deliver(partition, 100);
        while (member.work.length > 0) member.finish(round);
        member.startRound();
        for (const durable of member.durables.splice(0)) durable();
      }
      await turn();
      await turn();
      while (this.kafka.requests.length > 0) this.arrive(0, true);
      await turn();
      this.kafka.check();
    }
    invariant('I9', this.isQuiet(), () => `committed ${this.kafka.committed} of ${this.ends()}`);
  }

  private arrive(which: number, answered: boolean): void {
    const request = pick(this.kafka.requests, which);
    if (!request) return;
    this.kafka.requests.splice(this.kafka.requests.indexOf(request), 1);
    const refused = this.kafka.arrive(request);
    request.answer(answered ? refused : new Error('the answer was lost'));
  }

  private isQuiet(): boolean {
    return this.ends().every((end, partition) => this.kafka.committed[partition] === end);
  }

  private ends(): bigint[] {
    return this.kafka.log.map((log) => (log.at(-1) ?? -1n) + 1n);
  }

  private member(which: number): Member {
    return this.members[which] as Member;
  }
}

it('P7, P8: whatever is delivered, finished, failed, revoked, assigned, crashed and answered late, only resolved records are committed, and never backwards', async () => {
  let histories = 0;
  let thatCommit = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 160, size: 'max' }), async (history) => {
      const world = await World.withMembers();
      for (const one of history) await world.take(one);
      histories++;
      if (world.kafka.committed.some((offset) => offset > 0n)) thatCommit++;
      await world.settle();
    }),
    modelRuns(2000),
  );
  // Else the faults would have nothing to harm.
  expect(thatCommit).toBeGreaterThan(histories / 10);
}, 120_000);
