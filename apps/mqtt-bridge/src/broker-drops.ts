import type { Logger } from '@navora/runtime';
import type { Gauge } from 'prom-client';

/**
 * What a broker drops, because the session's queue is full, it drops without a word to the vehicle or to us. All it
 * does is count: for all its clients together, since its start. So any growth may be a loss of ours, and so may what
 * it had counted before we first asked.
 */
export class BrokerDrops {
  private last = 0;

  constructor(
    private readonly gauge: Pick<Gauge, 'set'>,
    private readonly log: Logger,
  ) {}

  told(dropped: number): void {
    if (!Number.isSafeInteger(dropped)) return;
    // Less than before: the broker was started anew, and has counted from zero.
    const more = dropped < this.last ? dropped : dropped - this.last;
    this.last = dropped;
    this.gauge.set(dropped);
    if (more > 0) this.log.error({ dropped, more }, 'mqtt_broker_dropped_messages');
  }
}
