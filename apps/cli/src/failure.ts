import { isDebugging } from './cli-config.js';

/** Something the user can mend: said in one sentence, without a stack trace. */
export class CommandFailure extends Error {
  override name = 'CommandFailure';
  constructor(
    message: string,
    readonly exitCode = 1,
  ) {
    super(message);
  }
}

/** Runs a command's action; whatever it throws becomes a sentence on stderr and an exit code. */
export function orSayWhy<Args extends unknown[]>(action: (...args: Args) => Promise<void>) {
  return async (...args: Args): Promise<void> => {
    try {
      await action(...args);
    } catch (error) {
      process.stderr.write(`${sentenceOf(error)}\n`);
      if (isDebugging() && error instanceof Error) process.stderr.write(`${error.stack}\n`);
      process.exitCode = error instanceof CommandFailure ? error.exitCode : 1;
    }
  };
}

/** The driver's own words hide the cause one level down. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'NoHostAvailableError')
    return `Cassandra did not answer: is the stack up? (\`npx navora stack status\`) ${firstLineOf(error)}`;
  if (error.name === 'KafkaJSNumberOfRetriesExceeded' || error.name === 'KafkaJSConnectionError') {
    return `Kafka did not answer: is the stack up? (\`npx navora stack status\`) ${error.message}`;
  }
  return error.message;
}

/** What follows it is the cause, printed as an object. */
function firstLineOf({ message }: Error): string {
  return message.split('\n', 1)[0] ?? message;
}
