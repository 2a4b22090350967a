import { expect, it } from 'vitest';
import { drillProgress } from './drill-progress.js';

function output(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, write: (text: string) => written.push(text), text: () => written.join('') };
}

it('writes plain lines into a pipe, the figures every few seconds', () => {
  const pipe = output(false);
  let now = 0;
  const progress = drillProgress(pipe, () => now);
  for (; now <= 6000; now += 1000) progress.show(`at ${now}`);
  progress.tell('P12 begins');
  progress.end();
  expect(pipe.text()).toBe('at 0\nat 5000\nP12 begins\n');
});

it('keeps the figures at the bottom of a terminal, below what happened', () => {
  const terminal = output(true);
  const progress = drillProgress(terminal);
  progress.show('one');
  progress.tell('P12 begins');
  progress.show('two');
  progress.end();
  const clear = '\r\u001b[K';
  expect(terminal.text()).toBe(`one${clear}P12 begins\none${clear}two${clear}`);
});
