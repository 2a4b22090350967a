import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from './fault.js';
import { freeze, keepAway } from './stack-faults.js';

export const kafkaFrozen: Fault = {
  code: 'B1',
  title: 'Kafka frozen under load',
  invariants: ['I1', 'I4', 'I9', 'I10'],
  touches: ['kafka'],
  lastsMs: [10_000, 60_000],
  begin: (world) => freeze(world, 'kafka'),
};

export const kafkaAway: Fault = {
  code: 'P5',
  title: 'Kafka killed with -9 and kept away',
  invariants: ['I1', 'I4', 'I5', 'I9'],
  touches: ['kafka'],
  lastsMs: [10_000, 45_000],
  begin: (world) => keepAway(world, 'kafka'),
};

export const produceAnswersLost: Fault = {
  code: 'B10',
  title: "Kafka's answers lost, or its connections cut amid answers: requests are repeated, in order",
  invariants: ['I3', 'I4', 'I5', 'I6'],
  touches: ['kafka'],
  lastsMs: [6000, 20_000],
  onNodes: 1,
  begin: async ({ links: { kafka }, random, tell, lastsMs }) => {
    if (!kafka) throw new Error('this stack offers no link to Kafka');
    if (random.chance(0.5)) {
      tell("Kafka's answers lost");
      kafka.loseAnswers();
      return async () => kafka.heal();
    }
    tell('connections to Kafka cut amid answers');
    const until = Date.now() + lastsMs;
    const cutting = (async () => {
      while (Date.now() < until) {
        kafka.cutAfterAnswerBytes(Math.floor(random.between(50, 5000)));
        await pause(random.between(500, 2000));
      }
    })();
    return async () => {
      await cutting;
      kafka.heal();
    };
  },
};
