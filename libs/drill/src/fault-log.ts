import { appendFileSync, writeFileSync } from 'node:fs';

export interface FaultLine {
  code: string;
  /** What exactly was done. */
  what: string;
  /** ms since 1970 */
  from: number;
  to: number;
}

/** What was done when, for whoever looks for the cause of what an audit found: one JSON object a line. */
export class FaultLog {
  constructor(readonly file: string) {
    writeFileSync(file, '');
  }

  add({ code, what, from, to }: FaultLine): void {
    appendFileSync(this.file, `${JSON.stringify({ type: 'fault', code, what, from, to })}\n`);
  }
}
