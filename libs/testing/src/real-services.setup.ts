import { servicesEnv, startTestStack } from '@navora/local-stack';

/**
 * Vitest's global setup for tests on real services: one stack for the whole run. A stack that the environment
 * names already is used as it is and left running.
 */
export default async function setup(): Promise<() => Promise<void>> {
  if (process.env['NAVORA_KAFKA_BROKERS']) return async () => undefined;
  const name = 'test';
  const stack = await startTestStack({
    name,
    wipe: true,
    onProgress: ({ component, message, seconds }) =>
      process.stdout.write(`${component} ${message} (${seconds.toFixed(1)} s)\n`),
  });
  Object.assign(process.env, servicesEnv(stack), { NAVORA_TEST_STACK_NAME: name });
  return () => stack.stop();
}
