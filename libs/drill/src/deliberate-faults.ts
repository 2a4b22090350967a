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
  begin: async ({ links: { kafka }, services, tell }) => {
    if (!kafka) throw new Error('this stack offers no link to Kafka');
    tell('bridge killed while Kafka was silent');
    kafka.loseAnswers();
    await pause(SILENCE_MS);
    services.processOf('mqtt-bridge')?.kill('SIGKILL');
    return async () => kafka.heal();
  },
};

export const processorKilledWaiting: Fault = {
  code: 'K2',
  title: "processor killed with -9 while Cassandra's answers do not come: some stored and not known to be",
  invariants: ['I1', 'I3', 'I5', 'I7'],
  touches: ['processor', 'cassandra'],
  lastsMs: [1500, 3000],
  onlyByName: true,
  begin: async ({ links: { cassandra }, services, tell }) => {
    tell('processor killed while Cassandra was silent');
    cassandra.loseAnswers();
    await pause(SILENCE_MS);
    services.processOf('processor')?.kill('SIGKILL');
    return async () => cassandra.heal();
  },
};

export const requestsToCassandraLost: Fault = {
  code: 'K3',
  title: 'requests on their way to Cassandra lost: they are never applied, and nobody says so',
  invariants: ['I1', 'I3', 'I5'],
  touches: ['cassandra'],
  lastsMs: [1500, 3000],
  onlyByName: true,
  begin: async ({ links: { cassandra }, tell }) => {
    tell('requests to Cassandra lost');
    cassandra.freeze();
    return async () => {
      cassandra.reset();
      cassandra.heal();
    };
  },
};
