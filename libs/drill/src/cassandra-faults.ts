import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from './fault.js';
import { freeze, keepAway } from './stack-faults.js';

export const cassandraAnswersLost: Fault = {
  code: 'P9',
  title: "Cassandra's answers lost: what was asked for happens, and nobody hears of it",
  invariants: ['I3', 'I5'],
  touches: ['cassandra'],
  lastsMs: [6000, 20_000],
  onNodes: 1,
  begin: async ({ links: { cassandra }, random, tell, lastsMs }) => {
    if (!cassandra) throw new Error('this stack offers no link to Cassandra');
    if (random.chance(0.5)) {
      tell('answers of Cassandra lost');
      cassandra.loseAnswers();
      return async () => cassandra.heal();
    }
    tell('connections to Cassandra cut amid answers');
    const until = Date.now() + lastsMs;
    const cutting = (async () => {
      while (Date.now() < until) {
        cassandra.cutAfterAnswerBytes(Math.floor(random.between(100, 20_000)));
        await pause(random.between(500, 2000));
      }
    })();
    return async () => {
      await cutting;
      cassandra.heal();
    };
  },
};

export const cassandraAway: Fault = {
  code: 'P12',
  title: 'Cassandra frozen, or killed with -9 and kept away',
  invariants: ['I3', 'I5', 'I9', 'I10', 'I13'],
  touches: ['cassandra'],
  lastsMs: [14_000, 60_000],
  begin: (world) => (world.random.chance(0.5) ? freeze(world, 'cassandra') : keepAway(world, 'cassandra')),
};

export const cassandraAwayForAlerts: Fault = {
  code: 'A3',
  title: 'Cassandra out of reach while alerts open and clear: every connection refused',
  invariants: ['I5', 'I7', 'I13'],
  touches: ['cassandra'],
  lastsMs: [14_000, 40_000],
  onNodes: 1,
  begin: async ({ links: { cassandra }, tell }) => {
    if (!cassandra) throw new Error('this stack offers no link to Cassandra');
    tell('connections to Cassandra refused');
    cassandra.refuse();
    return async () => cassandra.heal();
  },
};
