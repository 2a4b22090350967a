import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ScheduleRunner } from './schedule-runner.js';
import { Schedule, type Due } from './schedule.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function dueUntil(schedule: Schedule, elapsedMs: number): Due[] {
  const due: Due[] = [];
  for (let next = schedule.take(elapsedMs); next; next = schedule.take(elapsedMs)) due.push(next);
  return due;
}

function aRunner(vehicles: number, rate: number, durationMs: number) {
  const made: { due: Due; madeAt: number }[] = [];
  const finished = vi.fn();
  const runner = new ScheduleRunner(new Schedule(vehicles, rate, 1), durationMs, {
    due: (due, madeAt) => made.push({ due, madeAt }),
    finished,
  });
  return { runner, made, finished };
}

it('lets every vehicle report once a round, at the rate asked for', () => {
  const due = dueUntil(new Schedule(100, 50, 1), 1_999.9);
  expect(due).toHaveLength(100);
  expect(new Set(due.map(({ vehicle }) => vehicle)).size).toBe(100);
  expect(due.map(({ atMs }) => atMs)).toEqual(Array.from({ length: 100 }, (_, index) => index * 20));
});

it('gives a vehicle the same distance between its readings, and the same turn for the same seed', () => {
  const ofOne = dueUntil(new Schedule(10, 100, 4), 999.9).filter(({ vehicle }) => vehicle === 3);
  expect(ofOne.map(({ atMs }, index) => atMs - (ofOne[0]?.atMs ?? 0) - index * 100)).toEqual(
    Array(10).fill(0),
  );
  expect(dueUntil(new Schedule(10, 100, 4), 500)).toEqual(dueUntil(new Schedule(10, 100, 4), 500));
});

it('makes what was missed during a stall, with the times it was due, and counts it', () => {
  const { runner, made } = aRunner(10, 1000, Infinity);
  runner.start();
  const start = Date.now();
  vi.advanceTimersByTime(100);
  expect(runner.behind).toBe(0);
  vi.setSystemTime(Date.now() + 400);
  const stalled = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 400);
  vi.advanceTimersByTime(10);
  stalled.mockRestore();
  expect(made.length).toBeGreaterThanOrEqual(500);
  expect(made.map(({ madeAt }) => madeAt - start)).toEqual(made.map((_, index) => index));
  expect(runner.behind).toBeGreaterThan(250);
  expect(runner.mostBehindMs).toBeGreaterThan(300);
  runner.stop();
});

it('ends after the duration, with exactly the readings that were due in it', () => {
  const { runner, made, finished } = aRunner(10, 100, 2_000);
  runner.start();
  vi.advanceTimersByTime(5_000);
  expect(finished).toHaveBeenCalledOnce();
  expect(made).toHaveLength(200);
  expect(runner.sendingMs).toBeLessThan(2_100);
});
