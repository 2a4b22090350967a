import { readFileSync } from 'node:fs';

/** What a side that is a program of ours was given. */
export function givenJob<Job>(): Job {
  const [file] = process.argv.slice(2);
  if (file === undefined) throw new Error('usage: <program> <file with the job as JSON>');
  return JSON.parse(readFileSync(file, 'utf8')) as Job;
}

/** Ends the process in order on SIGTERM. */
export function endBy(stop: () => Promise<unknown>): void {
  process.once('SIGTERM', () => void stop().finally(() => process.exit(0)));
}
