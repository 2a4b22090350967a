const TICK_MS = 20;

/** Lets at most so many connects a second begin, so that a fleet does not arrive, or come back, all at once. */
export class ConnectPacer {
  readonly #waiting: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #allowance = 0;

  constructor(private readonly connectsPerSecond: number) {}

  enter(connect: () => void): void {
    this.#waiting.push(connect);
    this.#timer ??= setInterval(() => this.#admit(), TICK_MS);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#waiting.length = 0;
  }

  #admit(): void {
    this.#allowance += (this.connectsPerSecond * TICK_MS) / 1000;
    while (this.#allowance >= 1) {
      const connect = this.#waiting.shift();
      if (!connect) {
        this.close();
        this.#allowance = 0;
        return;
      }
      this.#allowance--;
      connect();
    }
  }
}
