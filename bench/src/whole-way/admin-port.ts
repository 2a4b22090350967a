import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const READY_WITHIN_MS = 90_000;
const ASK_EVERY_MS = 100;
const ANSWER_WITHIN_MS = 2000;
/** What Node tells is the time between two looks at the loop, which would come so often. */
const LOOKED_AT_EVERY_MS = 10;

/** Where a service of ours tells how it is. */
export class AdminPort {
  private constructor(readonly port: number) {}

  /** Nobody has it now; who is quick might take it before the service does. */
  static async free(): Promise<AdminPort> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return new AdminPort(port);
  }

  /** @throws Error with the last answer */
  async untilReady(): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    for (;;) {
      const answer = await this.ask('/health/ready');
      if (answer?.ok) return;
      if (Date.now() > deadline) throw new Error(`it is not ready: ${answer?.body ?? 'it does not answer'}`);
      await pause(ASK_EVERY_MS);
    }
  }

  /** The delay of its event loop that one in a hundred turns exceeds, ms, since this was asked last. */
  async loopDelayMs(): Promise<number | undefined> {
    const metrics = (await this.ask('/metrics'))?.body ?? '';
    const [, seconds] = /^nodejs_eventloop_lag_p99_seconds(?:\{.*\})? (\S+)$/m.exec(metrics) ?? [];
    if (seconds === undefined) return undefined;
    return Math.max(0, Math.round((Number(seconds) * 1000 - LOOKED_AT_EVERY_MS) * 10) / 10);
  }

  private async ask(path: string): Promise<{ ok: boolean; body: string } | undefined> {
    try {
      const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
      const response = await fetch(`http://127.0.0.1:${this.port}${path}`, { signal });
      return { ok: response.ok, body: await response.text() };
    } catch {
      return undefined;
    }
  }
}
