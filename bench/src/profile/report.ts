import type { Machine } from '../machine.js';
import type { SelfTimes } from './cpu-profile.js';

export interface ProfiledProcess {
  name: string;
  times: SelfTimes;
  /** µs of processor time, as measured at the rate while it was profiled. */
  microsPerMessage: number;
}

export interface ProfiledRate {
  ratePerSecond: number;
  processes: readonly ProfiledProcess[];
}

export interface ProfileReport {
  startedAt: Date;
  machine: Machine;
  profiles: readonly ProfiledRate[];
}

const MOST_FUNCTIONS = 15;
const LEAST_SHARE = 0.005;

/** Markdown. */
export function renderProfile({ startedAt, machine, profiles }: ProfileReport): string {
  const { processors, memoryGiB, system, node } = machine;
  return `# Where the services' processor time goes

Written by \`npm run bench:profile\` on ${startedAt.toISOString().slice(0, 10)}; nothing here was edited.

The whole way, everything on one machine: ${processors}, ${memoryGiB} GiB, ${system}, Node ${node}. Of each process V8's own samples from its start to its end, warming up included: what ran itself, not who had called it. Profiling makes a message dearer than it is. What V8 calls \`(program)\` is below Node: system calls, sockets, threads.
${profiles.map(chapter).join('')}`;
}

function chapter({ ratePerSecond, processes }: ProfiledRate): string {
  return `
## At ${ratePerSecond.toLocaleString('en')} messages a second
${processes.map(section).join('')}`;
}

function section({ name, times, microsPerMessage }: ProfiledProcess): string {
  const line = (words: string[], share: number) =>
    `| ${[...words, `${(share * 100).toFixed(1)} %`, (share * microsPerMessage).toFixed(1)].join(' | ')} |`;
  const owners = times.byOwner.filter(({ share }) => share >= LEAST_SHARE);
  const functions = times.byFunction.slice(0, MOST_FUNCTIONS);
  return `
### ${name}: ${microsPerMessage.toFixed(0)} µs a message

| whose code | of its time | µs a message |
| --- | --- | --- |
${owners.map((one) => line([one.name], one.share)).join('\n')}

| function | whose | of its time | µs a message |
| --- | --- | --- | --- |
${functions.map((one) => line([`\`${one.name}\``, one.owner], one.share)).join('\n')}
`;
}
