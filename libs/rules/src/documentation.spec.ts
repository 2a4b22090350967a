import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseRules, sentenceOf } from './index.js';

/** docs/rules.md: every example is a whole file, and below it stands what it means. */
const examples = [
  ...readFileSync(new URL('../../../docs/rules.md', import.meta.url), 'utf8').matchAll(
    /```yaml\n(?<file>[^`]*)```\n\n(?<meaning>(?:>.*\n)+)/g,
  ),
].map(({ groups }) => ({ file: groups?.['file'] ?? '', meaning: groups?.['meaning'] ?? '' }));

describe('the examples of docs/rules.md', () => {
  it('are all found', () => expect(examples.length).toBeGreaterThan(9));

  it.each(examples)('mean what is said of them: $meaning', ({ file, meaning }) => {
    const { rules } = parseRules(file, 'docs/rules.md');
    const said = meaning
      .split('\n')
      .map((line) => line.replace(/^> ?/, ''))
      .filter((line) => line !== '');
    expect(said).toEqual(rules.map(sentenceOf));
  });
});
