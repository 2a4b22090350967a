import type { StoreProbe } from '@navora/cassandra';
import type { FenceCheck } from '@navora/erasure';
import type { KafkaStrategy, ProduceLane, SchemaLessons } from '@navora/kafka';
import type { Health } from '@navora/runtime';
import type { Boot } from './boot.js';
import type { Persistence } from './persistence.js';

interface Watched {
  probe: Pick<StoreProbe, 'healthy'>;
  strategy: KafkaStrategy;
  lane: ProduceLane;
  lessons: Pick<SchemaLessons, 'healthy'>;
  fences: Pick<FenceCheck, 'fresh'>;
}

/** Ready: the group has given us partitions, and what we write is taken. */
export class Readiness implements Health {
  private watched: Watched | undefined;

  constructor(
    private readonly boot: Pick<Boot, 'waitingFor'>,
    private readonly persistence: Pick<Persistence, 'healthy'>,
  ) {}

  watch(parts: Watched): void {
    this.watched = parts;
  }

  notReadyBecause(): string[] {
    if (this.boot.waitingFor !== undefined || !this.watched) {
      return [`waiting for ${this.boot.waitingFor ?? 'the start'}`];
    }
    const { probe, strategy, lane, lessons, fences } = this.watched;
    const reasons: string[] = [];
    if (!strategy.group?.assigned) reasons.push('the consumer group has given us no partition');
    else if (!strategy.group.fetching) reasons.push('Kafka answers no fetch');
    if (!fences.fresh) reasons.push('nobody can tell which vehicles are erased');
    if (!probe.healthy) reasons.push('Cassandra does not answer');
    if (!this.persistence.healthy) reasons.push('the store fails, and is asked again');
    if (!lessons.healthy) reasons.push('the schema registry cannot tell, and is asked again');
    if (!lane.healthy) reasons.push('Kafka does not take dead letters');
    return reasons;
  }
}
