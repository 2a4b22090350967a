const REDRAW_MS = 500;
const LINE_EVERY_MS = 5_000;

interface Output {
  isTTY?: boolean;
  write(text: string): unknown;
}

/** How far a run has come: one line kept up to date on a terminal, else a line every few seconds. */
export class ProgressLine {
  readonly #timer: NodeJS.Timeout;
  #drawn = false;

  constructor(
    private readonly output: Output,
    private readonly text: () => string,
  ) {
    this.#timer = setInterval(() => this.#draw(), output.isTTY ? REDRAW_MS : LINE_EVERY_MS);
    this.#timer.unref();
  }

  /** Writes something else, without tearing the line apart. */
  interrupt(line: string): void {
    this.#clear();
    this.output.write(`${line}\n`);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#clear();
  }

  #draw(): void {
    if (!this.output.isTTY) {
      this.output.write(`${this.text()}\n`);
      return;
    }
    this.output.write(`\r\u001b[2K${this.text()}`);
    this.#drawn = true;
  }

  #clear(): void {
    if (this.#drawn) this.output.write('\r\u001b[2K');
    this.#drawn = false;
  }
}
