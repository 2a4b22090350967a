import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/**
 * Structured logs: one JSON object a line, its message a snake_case event, its fields ids and numbers.
 * Never positions or bodies: logs are kept longer and read by more people than the tables are.
 *
 * @param file to write to, instead of stdout
 */
export function createLogger(service: string, level: string, file?: string): Logger {
  const options = { level, base: { service }, timestamp: pino.stdTimeFunctions.isoTime, messageKey: 'event' };
  return file === undefined ? pino(options) : pino(options, pino.destination({ dest: file, append: true }));
}

/** Nest's own words, as fields of an event of ours. */
export function nestLogger(log: Logger) {
  const at =
    (level: 'debug' | 'warn' | 'error') =>
    (message: unknown, ...rest: unknown[]) =>
      log[level]({ message: String(message), context: rest.at(-1) }, 'nest');
  return {
    log: at('debug'),
    debug: at('debug'),
    verbose: at('debug'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('error'),
  };
}

export function errorFields(error: unknown): { error: string; errorName?: string } {
  return error instanceof Error ? { error: error.message, errorName: error.name } : { error: String(error) };
}
