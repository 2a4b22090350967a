import { expect, it } from 'vitest';
import { eventually } from './eventually.js';

it('resolves with what was looked for, also after errors and refusals', async () => {
  const answers = [undefined, false, new Error('not yet'), 'here'];
  const look = () => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer as string | undefined;
  };
  expect(await eventually('it', look, { everyMs: 1 })).toBe('here');
});

it('says what it waited for and what it saw last', async () => {
  await expect(eventually('the row', () => false, { withinMs: 5, everyMs: 1 })).rejects.toThrow(
    'the row: not within 5 ms; last seen: false',
  );
});
