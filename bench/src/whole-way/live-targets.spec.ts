import { describe, expect, it } from 'vitest';
import { aRun } from '../a-run.fixture.js';
import type { RunResult } from '../results.js';
import { figuresOf } from './figures.fixture.js';
import { liveOutcomesOf } from './live-targets.js';
import type { WholeWayFigures } from './measure.js';

const runOf = (live: WholeWayFigures, over: Partial<RunResult> = {}) => aRun({ leg: 'c', live, ...over });

const outcome = (what: RegExp, runs: RunResult[], commitLog: 'group' | 'periodic' = 'group') =>
  liveOutcomesOf(runs, commitLog).find(({ against }) => what.test(against));

describe('what is asked of the whole way', () => {
  it('is met by a figure up to the limit, which depends on the commit log', () => {
    const runs = [runOf(figuresOf(1000))];
    expect(outcome(/row, p99/, runs)).toMatchObject({ value: 90, target: 150, met: true });
    const periodic = [...runs, runOf(figuresOf(1000, { commitLog: 'periodic' }))];
    expect(outcome(/row, p99/, periodic, 'periodic')).toMatchObject({ value: 90, target: 60, met: false });
    expect(outcome(/row, p99/, runs, 'periodic')).toBeUndefined();
    expect(outcome(/alert/, runs)).toMatchObject({ value: 300, target: 250, met: false });
  });

  it('is not asked where nobody has measured', () => {
    expect(outcome(/12000/, [runOf(figuresOf(12_000))])).toBeUndefined();
    expect(outcome(/8000/, [runOf(figuresOf(1000))])).toBeUndefined();
  });

  it('is missed where a lower rate was not kept, since nobody asks for a higher one then', () => {
    const behind = runOf(figuresOf(8000, { kept: false }));
    expect(outcome(/kept.*10000/, [behind])).toMatchObject({ value: null, met: false });
    expect(outcome(/row, p99/, [runOf(figuresOf(1000)), behind])).toMatchObject({ value: 90, met: true });
  });

  it('is missed where a reading was lost, and where the rate was not kept', () => {
    expect(outcome(/row, p99/, [runOf(figuresOf(1000), { lost: 1 })])).toMatchObject({
      value: null,
      met: false,
    });
    const behind = runOf(figuresOf(10_000, { kept: false }));
    expect(outcome(/kept/, [behind])).toMatchObject({ value: null, met: false });
  });
});
