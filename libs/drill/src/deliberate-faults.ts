import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from './fault.js';

/** So long nobody is heard before the blow falls: whoever waits for an answer has work in his hands by then. */
const SILENCE_MS = 1000;

/*
 * At the worst moment, every time. The random faults meet these moments by chance; a drill that must meet them in
 * seconds asks for these by name.
 */

export const bridgeKilledWaiting: Fault = {
  code: 'K1',
  title: "bridge killed with -9 while Kafka's answers do not come: received, and not known to be in Kafka",
  invariants: ['I1', 'I3', 'I4'],
  touches: ['bridge', 'kafka'],
  lastsMs: [1500, 3000],
  onlyByName: true,
  onNodes: 1,
  begin: async ({ links: { kafka }, services, tell }) => {
    if (!kafka) throw new Error('this stack offers no link to Kafka');
    tell('bridge killed while Kafka was silent');
    kafka.loseAnswers();
    await pause(SILENCE_MS);
    services.processOf('mqtt-bridge')?.kill('SIGKILL');
    return async () => kafka.heal();
  },
};
