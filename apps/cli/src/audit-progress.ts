/** What progress is shown on; `process.stderr` is one. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Where nobody watches, a line now and then is enough; a short audit is silent there. */
const LINE_EVERY_MS = 15_000;

/** A terminal sees one line that changes; a log gets plain lines, and only if the audit takes long. */
export class AuditProgress {
  private lastLineAt: number;

  constructor(
    private readonly screen: Screen,
    private readonly now: () => number = Date.now,
  ) {
    this.lastLineAt = now();
  }

  show(what: string): void {
    if (this.screen.isTTY) {
      this.screen.write(`\r\u001b[K${what} …`);
    } else if (this.now() - this.lastLineAt >= LINE_EVERY_MS) {
      this.lastLineAt = this.now();
      this.screen.write(`audit: ${what}\n`);
    }
  }

  end(): void {
    if (this.screen.isTTY) this.screen.write('\r\u001b[K');
  }
}
