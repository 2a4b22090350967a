import { expect, it } from 'vitest';
import { aMessageLetter, aRecordLetter, redrivenFor } from './a-dead-letter.fixture.js';
import type { LetterAction } from './dead-letters-actions.js';
import { bodyText, hexDump } from './dead-letters-body.js';
import { failureOf } from './dead-letters-failure.js';
import { countLines, letterStory, LIST_HEAD, listJson, listLine } from './dead-letters-lines.js';

const action: LetterAction = {
  ...{
    letterId: aRecordLetter().id,
    number: 1,
    action: 'discard',
    state: 'done',
    claim: 'c',
    claimedAt: 1000,
  },
  ...{ doneAt: 2000, by: 'ann@here', comment: 'device 7', outcome: 'discarded' },
};
const noSchemas = { schemaById: async () => undefined, idOf: async () => undefined };

it('a list has its columns under their heads, whatever became of a letter', () => {
  const line = listLine({ failure: failureOf(aRecordLetter()), action });
  for (const [head, cell] of [
    ['DEAD LETTER', aRecordLetter().id],
    ['REASON', 'unknown-schema'],
    ['VEHICLE', 'truck-17'],
    ['STATE', 'discarded'],
  ] as const)
    expect(line.indexOf(cell)).toBe(LIST_HEAD.indexOf(head));
  expect(line).toMatch(/telemetry\.readings\.v1\/3\/42$/);
  const again = { ...aMessageLetter(), ...redrivenFor(aMessageLetter().id, 1) };
  expect(listLine({ failure: failureOf(again), action: undefined })).toMatch(
    /open, failed again +MQTT vehicles/,
  );
});

it('a line of JSON says what became of it and by whom', () => {
  expect(JSON.parse(listJson({ failure: failureOf(aRecordLetter()), action }))).toMatchObject({
    ...{ reason: 'unknown-schema', state: 'discarded', key: 'truck-17', bodyBytes: 6, offset: 42 },
    ...{ headers: { traceparent: '00-t' }, action: { by: 'ann@here', comment: 'device 7' } },
  });
});

it('what a vehicle sends cannot make the terminal do things', () => {
  const letter = aMessageLetter({ error: '\u001b[2J\u202egone', vehicleId: null });
  const story = letterStory(failureOf(letter), [action]);
  expect(story).toContain('\\x1b[2J\\x202egone');
  expect(story).toContain('discarded, by ann@here: device 7');
});

it('the count begins with the most frequent reason', () => {
  const counts = new Map([
    ['empty-body', 1],
    ['malformed-body', 20],
  ]);
  expect(countLines(counts, 'open dead letters')).toBe(
    '21 open dead letters\n       20  malformed-body\n        1  empty-body',
  );
  expect(countLines(new Map(), 'open dead letters')).toBe('no open dead letters');
});

it('a body is shown as JSON when it is some, else byte by byte', async () => {
  expect(await bodyText(Buffer.from('{"speedKph":3}'), noSchemas)).toBe(
    '14 bytes, JSON\n{\n "speedKph": 3\n}',
  );
  expect(await bodyText(Buffer.from('not\njson'), noSchemas)).toBe(
    '8 bytes\n00000000  6e 6f 74 0a 6a 73 6f 6e                          not.json',
  );
  expect(await bodyText(null, noSchemas)).toBe('none');
  expect(hexDump(Buffer.alloc(5000))).toMatch(/the first 4096 of 5000 bytes; --raw writes all$/);
});
