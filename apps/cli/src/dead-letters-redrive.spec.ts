import { describe, expect, it } from 'vitest';
import { aMessageLetter, aRecordLetter, redrivenFor } from './a-dead-letter.fixture.js';
import type { Claimed, LetterAction } from './dead-letters-actions.js';
import { destinationOf, failureOf } from './dead-letters-failure.js';
import { redrive, type RedriveParts } from './dead-letters-redrive.js';

const done: LetterAction = {
  ...{ letterId: aRecordLetter().id, number: 1, action: 'redrive', state: 'done', claim: 'c', claimedAt: 1 },
  ...{ doneAt: 2, by: 'ann@here', comment: undefined, outcome: 'sent' },
};

/** A redrive with everything in memory; what happened stands in `steps`, in order. */
function parts(over: Partial<RedriveParts> = {}, claimed: Claimed = { mine: 'c' }, refusal?: string) {
  const steps: string[] = [];
  const step = async (what: string) => void steps.push(what);
  const all: RedriveParts = {
    actions: {
      claim: async ({ number }) => {
        steps.push(`claim ${number}`);
        return claimed;
      },
      finish: () => step('finish'),
      release: () => step('release'),
    },
    publisher: {
      ready: () => step('ready'),
      publish: async (_, { kind }) => {
        steps.push(`publish to ${kind}`);
        return refusal;
      },
    },
    erasedUpTo: async () => undefined,
    ...{ by: 'bob@there', comment: undefined, again: false, dryRun: false },
    ...over,
  };
  return { all, steps };
}

const found = (letter = aRecordLetter(), action?: LetterAction) => ({ failure: failureOf(letter), action });

it('a letter is claimed before it is published, and done only when its destination has it', async () => {
  const { all, steps } = parts();
  expect(await redrive(found(), all)).toMatchObject({
    kind: 'redriven',
    to: { kind: 'kafka', partition: 3 },
  });
  expect(steps).toEqual(['ready', 'claim 1', 'publish to kafka', 'finish']);
});

it('what the bridge gave up goes to its MQTT topic', async () => {
  const { all, steps } = parts();
  await redrive(found(aMessageLetter()), all);
  expect(steps).toContain('publish to mqtt');
});

it('redriving twice changes nothing the second time, and neither do two at once', async () => {
  const second = parts();
  expect(await redrive(found(aRecordLetter(), done), second.all)).toEqual({
    kind: 'resolved-before',
    action: done,
  });
  expect(second.steps).toEqual([]);
  const late = parts({}, { done });
  expect(await redrive(found(), late.all)).toEqual({ kind: 'resolved-before', action: done });
  const beside = parts({}, { theirs: { ...done, state: 'claimed' } });
  expect(await redrive(found(), beside.all)).toMatchObject({ kind: 'in-progress' });
  expect([...late.steps, ...beside.steps]).toEqual(['ready', 'claim 1', 'ready', 'claim 1']);
});

it('a claim that was never finished does not stop the next run', async () => {
  const { all } = parts();
  expect(await redrive(found(aRecordLetter(), { ...done, state: 'claimed' }), all)).toMatchObject({
    kind: 'redriven',
  });
});

it('what was refused is free for the next run; what nobody knows of stays claimed', async () => {
  const refused = parts({}, { mine: 'c' }, 'nobody is subscribed');
  expect(await redrive(found(aMessageLetter()), refused.all)).toEqual({
    kind: 'refused',
    why: 'nobody is subscribed',
  });
  expect(refused.steps).toEqual(['ready', 'claim 1', 'publish to mqtt', 'release']);
  const { all, steps } = parts();
  all.publisher.publish = async () => {
    throw new Error('cut off');
  };
  await expect(redrive(found(), all)).rejects.toThrow('cut off');
  expect(steps).toEqual(['ready', 'claim 1']);
});

it('a rehearsal claims and publishes nothing', async () => {
  const { all, steps } = parts({ dryRun: true });
  expect(await redrive(found(), all)).toMatchObject({ kind: 'would-be-redriven' });
  expect(steps).toEqual([]);
});

describe('the loop guard', () => {
  const first = aRecordLetter();
  const second = aRecordLetter({ id: aMessageLetter().id, offset: 50, ...redrivenFor(first.id, 1) });

  it('leaves a record that failed again alone', async () => {
    const { all, steps } = parts();
    expect(await redrive(found(second), all)).toEqual({ kind: 'failed-again', after: first.id });
    expect(steps).toEqual([]);
  });

  it('unless that is said', async () => {
    const { all, steps } = parts({ again: true });
    expect(await redrive(found(second), all)).toMatchObject({ kind: 'redriven' });
    expect(steps).toContain('claim 1');
  });

  it('knows the second failure of a message, which has the id of the first, by its number', async () => {
    const letter = aMessageLetter();
    const again = { ...letter, ...redrivenFor(letter.id, 1) };
    expect(failureOf(letter)).toMatchObject({ number: 1, failedAgainAfter: undefined });
    expect(failureOf(again)).toMatchObject({ number: 2, failedAgainAfter: letter.id });
    const { all, steps } = parts({ again: true });
    await redrive(found(again), all);
    expect(steps).toContain('claim 2');
  });
});

it('a letter that does not hold the whole message cannot be sent again', () => {
  expect(destinationOf(aMessageLetter({ value: Buffer.from('not') }))).toMatch(/whole body/);
  expect(destinationOf(aMessageLetter({ mqttTopic: null }))).toMatch(/where it came from/);
});

it.each([aRecordLetter, aMessageLetter])(
  'what an erased vehicle had sent before its fence is not sent again, and is not even claimed',
  async (aLetter) => {
    const letter = aLetter();
    const { all, steps } = parts({ erasedUpTo: async () => letter.deadLetteredAt });
    expect(await redrive(found(letter), all)).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('was erased') as string,
    });
    expect(steps).toEqual([]);
    const later = parts({ erasedUpTo: async () => letter.deadLetteredAt - 1 });
    expect(await redrive(found(letter), later.all)).toMatchObject({ kind: 'redriven' });
  },
);
