import { servicesEnv, startStack, stopStack, type StackOptions } from '@navora/local-stack';

export interface OwnStack {
  name: string;
  stop(): Promise<void>;
}

/**
 * A stack for one test file alone, with empty data: what is done to it harms no other test. While it runs, it is what
 * `realServices` speaks of in this process. NAVORA_TEST_KEEP_STACKS=1 joins one that is up and leaves it so: for
 * whoever works on such a test.
 */
export async function startOwnStack(options: StackOptions & { name: string }): Promise<OwnStack> {
  const { name, home } = options;
  const keep = process.env['NAVORA_TEST_KEEP_STACKS'] === '1';
  const endpoints = await startStack({ ...options, wipe: !keep && (options.wipe ?? true) });
  const before = { ...process.env };
  Object.assign(process.env, servicesEnv(endpoints), { NAVORA_TEST_STACK_NAME: name });
  return {
    name,
    stop: async () => {
      process.env = before;
      if (!keep) await stopStack({ name, home, wipe: true });
    },
  };
}
