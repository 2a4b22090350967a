import { expect } from 'vitest';
import type { SoakReport } from './soak.fixture.js';

const MIB = 1024 * 1024;
/** What the intake may hold (64 MiB), its copies on the way to Kafka, and Node.js itself. */
const MOST_RSS_BYTES = 500 * MIB;

/**
 * Nothing lost, every hostile body with its own reason, memory bounded, and the good vehicles as fast as before.
 * @param p99FloorMs  good enough however fast they were before; a few seconds' p99 is a handful of readings,
 *   which one pause of the machine may delay.
 */
export function expectUnharmed(report: SoakReport, p99FloorMs: number): void {
  const { wrong, goodSent, goodArrived, rssBytes, quietP99Ms, soakP99Ms } = report;
  const figures = figuresOf(report);
  expect(wrong, `I1, I8: ${figures}`).toEqual([]);
  expect(goodArrived, `I1: ${figures}`).toBe(goodSent);
  expect(Math.max(...rssBytes), `I10: ${figures}`).toBeLessThan(MOST_RSS_BYTES);
  expect(soakP99Ms, `p99 of the good vehicles: ${figures}`).toBeLessThan(
    Math.max(2 * quietP99Ms, p99FloorMs),
  );
}

export function figuresOf(report: SoakReport): string {
  const { quietP99Ms, soakP99Ms, rssBytes, buried, unverified, soakSeconds, goodSent } = report;
  const mib = (bytes: number) => Math.round(bytes / MIB);
  return [
    `${buried + unverified} hostile bodies in ${soakSeconds.toFixed(0)} s`,
    `${buried} buried, ${unverified} forwarded unverified, ${goodSent} good`,
    `p99 quiet ${quietP99Ms.toFixed(0)} ms, soak ${soakP99Ms.toFixed(0)} ms`,
    `RSS ${mib(rssBytes[0] ?? 0)} MiB at first, ${mib(Math.max(...rssBytes))} at most, ${mib(rssBytes.at(-1) ?? 0)} at last`,
  ].join('; ');
}
