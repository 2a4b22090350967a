import { createLogger } from '@navora/runtime';
import { expect, it } from 'vitest';
import { SchemaLearner } from './schema-learner.js';

function aLearner(learn: (id: number) => Promise<boolean>) {
  const asked: number[] = [];
  let now = 0;
  const codec = {
    learn: (id: number) => {
      asked.push(id);
      return learn(id);
    },
  };
  const pauses: number[] = [];
  const pause = async (ms: number) => pauses.push(ms);
  const learner = new SchemaLearner(codec, createLogger('test', 'silent'), () => now, pause);
  return { learner, asked, pauses, pass: (ms: number) => (now += ms) };
}

it('asks once, and again only after a while, however many messages carry the id', async () => {
  const { learner, asked, pass } = aLearner(async () => false);
  for (let i = 0; i < 100; i++) learner.learnSoon(7);
  await learner.settled();
  expect(asked).toEqual([7]);
  pass(10_000);
  learner.learnSoon(7);
  await learner.settled();
  expect(asked).toEqual([7, 7]);
});

it('goes on after a registry that did not answer', async () => {
  const { learner, asked } = aLearner(async () => {
    throw new Error('connection refused');
  });
  learner.learnSoon(7);
  learner.learnSoon(8);
  await learner.settled();
  expect(asked).toEqual([7, 8]);
});

it('asks little on behalf of a vehicle that makes ids up', async () => {
  const { learner, asked, pauses } = aLearner(async () => false);
  for (let id = 0; id < 10_000; id++) learner.learnSoon(id);
  await learner.settled();
  expect(asked.length).toBeLessThanOrEqual(50);
  expect(pauses).toEqual(asked.map(() => 100));
});
