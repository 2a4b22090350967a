import { describe, expect, it, vi } from 'vitest';
import type { RunningStack } from './container-stack.js';
import { endpointsAt } from './endpoints.js';
import { preferredPorts } from './ports.js';
import { startTestStack } from './test-stack.js';

const named = (name: string) => async (): Promise<RunningStack> => ({
  ...endpointsAt(name, { ports: preferredPorts, nodes: 1, tls: null }),
  stop: async () => undefined,
});
const means = { asContainers: named('containers'), asProcesses: named('processes') };

describe('the stack for tests', () => {
  it('is containers where an engine answers', async () => {
    const stack = await startTestStack(
      {},
      { ...means, choice: 'whatever-answers', engineAnswers: async () => true },
    );
    expect(stack.name).toBe('containers');
  });

  it('is processes where none does', async () => {
    const stack = await startTestStack(
      {},
      { ...means, choice: 'whatever-answers', engineAnswers: async () => false },
    );
    expect(stack.name).toBe('processes');
  });

  it('is processes when asked for, without looking for an engine', async () => {
    const engineAnswers = vi.fn(async () => true);
    const stack = await startTestStack({}, { ...means, choice: 'processes', engineAnswers });
    expect(stack.name).toBe('processes');
    expect(engineAnswers).not.toHaveBeenCalled();
  });

  it('is refused when containers are asked for and no engine answers', async () => {
    const asked = startTestStack({}, { ...means, choice: 'containers', engineAnswers: async () => false });
    await expect(asked).rejects.toThrow(/no container engine answers/);
  });
});
