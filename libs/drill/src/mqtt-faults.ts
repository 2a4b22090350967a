import { loseDisk } from '@navora/local-stack';
import type { Fault } from './fault.js';
import { keepAway } from './stack-faults.js';

/**
 * What the broker acknowledged to vehicles and lost is the broker's; what the bridge acknowledged is ours. So the
 * audit takes the bridge's PUBACKs for the sender's when this fault is drilled.
 */
export const brokerKilled: Fault = {
  code: 'B6',
  title: 'MQTT broker killed with -9, and back with its disk or without: its own loss is measured apart',
  invariants: ['I1', 'I3', 'I4'],
  touches: ['mqtt', 'bridge'],
  lastsMs: [1000, 5000],
  onlyByName: true,
  losesAtBroker: true,
  begin: async (world) => {
    const heal = await keepAway(world, 'mqtt');
    // Every second time, as a broker without persistence comes back.
    if (world.turn % 2 === 1) {
      loseDisk(world.stack, 'mqtt');
      world.tell('mqtt killed, and back without what was on its disk');
    }
    return heal;
  },
};
