import { components } from './supervisor.js';
import type { StackState } from './state.js';

/** Asks every component whether it answers. Empty when all do, else what the first complaint is. */
export async function whatIsWrong(state: StackState): Promise<string> {
  const answers = await Promise.all(
    components.map(async ({ name, title, alive }) => {
      const { phase } = state.components[name];
      if (phase !== 'ready') return `${title} is ${phase}`;
      return alive(state.ports).then(
        () => '',
        (error: unknown) =>
          `${title} does not answer: ${error instanceof Error ? error.message : String(error)}`,
      );
    }),
  );
  return answers.find((answer) => answer !== '') ?? '';
}
