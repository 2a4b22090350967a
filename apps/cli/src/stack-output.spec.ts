import { describe, expect, it } from 'vitest';
import { duration, eventLine, progressReporter } from './stack-output.js';

const ready = { component: 'kafka', phase: 'ready', seconds: 5.25, message: 'ready' } as const;

function aScreen(isTTY: boolean): { isTTY: boolean; text: string; write(text: string): void } {
  return {
    isTTY,
    text: '',
    write(text) {
      this.text += text;
    },
  };
}

describe('progress of the stack', () => {
  it('is one line per event where nobody watches', () => {
    const screen = aScreen(false);
    const reporter = progressReporter(screen);
    reporter.show({ ...ready, phase: 'starting', seconds: 0, message: 'starting' });
    reporter.show(ready);
    reporter.end();
    expect(screen.text).toBe('kafka        starting\nkafka        ready (5.3 s)\n');
  });

  it('redraws one line per component on a terminal', () => {
    const screen = aScreen(true);
    const reporter = progressReporter(screen);
    reporter.show({ ...ready, phase: 'starting', seconds: 0, message: 'starting' });
    reporter.show(ready);
    reporter.end();
    const lastDrawing = screen.text.slice(screen.text.lastIndexOf('\u001b[J') + 3);
    expect(lastDrawing).toBe('✔ kafka        ready (5.3 s)\n');
  });

  it('says what concerns the whole stack in its own words', () => {
    expect(eventLine({ component: 'stack', phase: 'notice', seconds: 0, message: 'Is up.' })).toBe('Is up.');
  });
});

describe('an uptime', () => {
  it.each([
    [59, '59 s'],
    [61, '1 min 1 s'],
    [3_720, '1 h 2 min'],
  ])('of %d s reads %s', (seconds, text) => expect(duration(seconds)).toBe(text));
});
