import { type TestStackChoice, testStackChoice } from './config.js';
import { type RunningStack, startContainerStack } from './container-stack.js';
import { containerEngineAnswers } from './containers.js';
import { startStack, type StackOptions, stopStack } from './stack.js';
import { StackError } from './stack-error.js';

/** What `startTestStack` decides with; tests of the decision bring their own. */
export interface TestStackMeans {
  choice: TestStackChoice;
  engineAnswers(): Promise<boolean>;
  asContainers(options: StackOptions): Promise<RunningStack>;
  asProcesses(options: StackOptions): Promise<RunningStack>;
}

/**
 * Real services for tests: containers where a container engine answers, else the same versions as processes.
 * NAVORA_TEST_STACK=processes or containers decides by hand. Processes are joined when they already run.
 */
export async function startTestStack(
  options: StackOptions = {},
  means: Partial<TestStackMeans> = {},
): Promise<RunningStack> {
  const choice = means.choice ?? testStackChoice();
  const engineAnswers = means.engineAnswers ?? containerEngineAnswers;
  const asContainers = means.asContainers ?? startContainerStack;
  const asProcesses = means.asProcesses ?? startProcesses;
  if (choice === 'processes') return asProcesses(options);
  if (await engineAnswers()) return asContainers(options);
  if (choice === 'containers') {
    throw new StackError(
      'NAVORA_TEST_STACK is "containers" but no container engine answers: start one, or set it to "processes".',
    );
  }
  return asProcesses(options);
}

async function startProcesses(options: StackOptions): Promise<RunningStack> {
  const endpoints = await startStack(options);
  return { ...endpoints, stop: () => stopStack({ name: options.name, home: options.home }) };
}
