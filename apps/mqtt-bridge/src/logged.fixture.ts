import type { Logger } from '@navora/runtime';

export type LogLine = Record<string, unknown> & { level: string; event: string };

/** A log that keeps its lines for a test to read. */
export function recordingLog(): { log: Logger; logged: LogLine[] } {
  const logged: LogLine[] = [];
  const at = (level: string) => (fields: object, event: string) => logged.push({ level, event, ...fields });
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { log: log as unknown as Logger, logged };
}
