import { describe, expect, it } from 'vitest';
import { instanceAt } from './instance.js';
import { javaMajor } from './java.js';
import { firstComplaint } from './maven.js';

describe('the version of Java', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['openjdk version "21" 2023-09-19', 21],
    ['java version "1.8.0_402"', 8],
    ['Error: could not find libjava.so', undefined],
  ])('in %j is %s', (text, major) => expect(javaMajor(text)).toBe(major));
});

describe("Maven's complaint", () => {
  it('is its first error line without colours and pointers', () => {
    const output =
      '\u001b[0m[\u001b[1;31mERROR\u001b[m] Could not transfer artifact x: Unknown host -> [Help 1]\n[ERROR] more';
    expect(firstComplaint(output.replace('[\u001b[1;31mERROR\u001b[m]', '[ERROR]'), 1)).toBe(
      'Could not transfer artifact x: Unknown host',
    );
  });

  it('is its exit code when it said nothing', () => {
    expect(firstComplaint('', 137)).toBe('exit code 137');
  });
});

describe('the name of an instance', () => {
  it.each(['../other', '', 'a b', '.hidden'])('is not %j', (name) => {
    expect(() => instanceAt('/home', name)).toThrow(/cannot name an instance/);
  });
});
