import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Instance, instanceAt, makeFolders } from './instance.js';
import { endOrphans } from './orphans.js';
import { preferredPorts } from './ports.js';
import { identify, isAlive, type ProcessIdentity } from './process-identity.js';
import { writeState } from './state.js';

const longGone: ProcessIdentity = { pid: 1, started: 'another boot' };

function anInstance(): Instance {
  const home = mkdtempSync(join(tmpdir(), 'navora-orphans-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const instance = instanceAt(home);
  makeFolders(instance);
  return instance;
}

function aProcess(): ProcessIdentity {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const identity = identify(child.pid ?? 0);
  if (!identity) throw new Error('did not start');
  return identity;
}

function record(instance: Instance, supervisor: ProcessIdentity, kafka: ProcessIdentity): void {
  const ready = { phase: 'ready', restarts: 0 } as const;
  writeState(instance, {
    name: instance.name,
    supervisor,
    phase: 'running',
    ports: preferredPorts,
    nodes: 1,
    tls: null,
    components: { kafka: { ...ready, process: kafka }, cassandra: ready, registry: ready, mqtt: ready },
  });
}

describe('what a dead supervisor left behind', () => {
  it('is ended, and its record removed', async () => {
    const instance = anInstance();
    const kafka = aProcess();
    record(instance, longGone, kafka);
    expect(await endOrphans(instance)).toBe(true);
    expect(isAlive(kafka)).toBe(false);
    expect(existsSync(instance.stateFile)).toBe(false);
  });

  it('is not a process that merely has the same pid', async () => {
    const instance = anInstance();
    const stranger = aProcess();
    record(instance, longGone, { pid: stranger.pid, started: '1' });
    expect(await endOrphans(instance)).toBe(false);
    expect(isAlive(stranger)).toBe(true);
  });

  it('is left alone while the supervisor lives', async () => {
    const instance = anInstance();
    const [supervisor, kafka] = [aProcess(), aProcess()];
    record(instance, supervisor, kafka);
    expect(await endOrphans(instance)).toBe(false);
    expect(isAlive(kafka)).toBe(true);
  });
});
