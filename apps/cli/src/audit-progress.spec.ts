import { expect, it } from 'vitest';
import { AuditProgress } from './audit-progress.js';

function shown(isTTY: boolean, times: number[]): string {
  let text = '';
  let clock = 0;
  const progress = new AuditProgress({ isTTY, write: (more) => (text += more) }, () => clock);
  for (const time of times) {
    clock = time;
    progress.show(`at ${time}`);
  }
  progress.end();
  return text;
}

it('overwrites one line of a terminal and leaves none', () => {
  expect(shown(true, [1, 2])).toBe('\r\u001b[Kat 1 …\r\u001b[Kat 2 …\r\u001b[K');
});

it('says nothing elsewhere while it is short, and a line now and then when it takes long', () => {
  expect(shown(false, [1, 14_999])).toBe('');
  expect(shown(false, [1, 15_000, 20_000, 29_999, 31_000])).toBe('audit: at 15000\naudit: at 31000\n');
});
