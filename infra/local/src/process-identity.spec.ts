import { readFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { endProcess, identify, isAlive, signalProcess, startFromStat } from './process-identity.js';

const stat = (command: string, state: string): string =>
  `4711 (${command}) ${state} 1 4711 4711 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 987654 0 0`;

describe('the identity of a process', () => {
  it('is its pid and when it started', () => {
    expect(startFromStat(stat('java', 'S'))).toBe('987654');
  });

  it('is read right when the command has spaces and parentheses', () => {
    expect(startFromStat(stat('a) S (b c', 'R'))).toBe('987654');
  });

  it('is gone once the process has ended, though its parent has not looked yet', () => {
    expect(startFromStat(stat('java', 'Z'))).toBeUndefined();
  });

  it('is alive while the process runs', () => {
    expect(isAlive(identify(process.pid))).toBe(true);
  });

  it('is not that of a later process with the same pid: nobody signals that one', () => {
    const earlier = { pid: process.pid, started: '1' };
    expect(isAlive(earlier)).toBe(false);
    expect(signalProcess(earlier, 'SIGKILL')).toBe(false);
  });
});

describe('ending a process', () => {
  function start(script: string): { pid: number; started: string } {
    const child = spawn('sh', ['-c', script], { stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    const identity = identify(child.pid ?? 0);
    if (!identity) throw new Error('did not start');
    return identity;
  }

  it('asks first', async () => {
    const identity = start('exec sleep 60');
    expect(await endProcess(identity, 5_000)).toBe('ended');
    expect(isAlive(identity)).toBe(false);
  });

  it('wakes a frozen one, so that it can hear the request', async () => {
    const identity = start('exec sleep 60');
    signalProcess(identity, 'SIGSTOP');
    expect(await endProcess(identity, 5_000)).toBe('ended');
  });

  it('kills one that does not listen when the grace time is over', async () => {
    const identity = start('trap "" TERM; while :; do sleep 0.05; done');
    // The trap must be in place before the request comes.
    await vi.waitFor(() => expect(ignoresSigterm(identity.pid)).toBe(true));
    expect(await endProcess(identity, 200)).toBe('killed');
    expect(isAlive(identity)).toBe(false);
  });
});

/** As the kernel tells it: SigIgn is a mask in which signal n is bit n - 1. */
function ignoresSigterm(pid: number): boolean {
  const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return (BigInt(`0x${mask}`) & (1n << 14n)) !== 0n;
}
