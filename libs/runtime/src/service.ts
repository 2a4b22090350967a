import type { Health } from './admin-server.js';
import { letHeapGrow } from './heap-growth.js';
import type { Logger } from './logging.js';
import { errorFields } from './logging.js';

type Stop = () => Promise<unknown> | unknown;

/** What a service started, so that it can be stopped in reverse. */
export class Service {
  private readonly stops: { name: string; stop: Stop }[] = [];
  private ending = false;

  constructor(
    readonly name: string,
    readonly log: Logger,
  ) {}

  /** Starts one part and remembers how to stop it. */
  async start<T>(
    name: string,
    start: () => Promise<T> | T,
    stop?: (part: T) => Promise<unknown> | unknown,
  ): Promise<T> {
    const part = await start();
    if (stop) this.stops.push({ name, stop: () => stop(part) });
    this.log.debug({ part: name }, 'part_started');
    return part;
  }

  /** A service that stops takes nothing new, however well its parts are: from then on it is not ready. */
  readyUntilItEnds(health: Health): Health {
    return { notReadyBecause: () => (this.ending ? ['stopping'] : health.notReadyBecause()) };
  }

  /** Stops everything in reverse order, within the time given; then ends the process. */
  async end(exitCode: number, withinMs: number): Promise<void> {
    if (this.ending) return;
    this.ending = true;
    setTimeout(() => {
      this.log.error({ withinMs }, 'stop_timed_out');
      process.exit(exitCode || 1);
    }, withinMs).unref();
    for (const { name, stop } of this.stops.reverse()) {
      try {
        await stop();
      } catch (error) {
        this.log.error({ part: name, ...errorFields(error) }, 'part_did_not_stop');
        exitCode ||= 1;
      }
    }
    this.log.info({}, 'service_stopped');
    process.exit(exitCode);
  }
}

/** What the life of a service depends on before it has parts. */
export interface ServiceFrame {
  service: Service;
  drainTimeoutMs: number;
  /** For `letHeapGrow`, whose default is for services that have much under way. */
  heapGrowthPercent?: number;
}

/**
 * A service's whole life: start its parts in order, run until SIGTERM or SIGINT, stop them in reverse.
 * A start that fails says so in one line on stderr and ends with 1. An error nobody handled ends it with 70,
 * nothing committed: the orchestrator restarts it.
 */
export async function runService(
  create: () => ServiceFrame,
  startParts: (service: Service) => Promise<void>,
): Promise<void> {
  let running: ServiceFrame | undefined;
  try {
    const { service, drainTimeoutMs, heapGrowthPercent } = (running = create());
    letHeapGrow(heapGrowthPercent);
    const stopOn = (signal: NodeJS.Signals) => {
      process.on(signal, () => {
        service.log.info({ signal }, 'service_stopping');
        void service.end(0, drainTimeoutMs);
      });
    };
    stopOn('SIGTERM');
    stopOn('SIGINT');
    crashLoudly(service);
    await startParts(service);
    service.log.info({}, 'service_started');
  } catch (error) {
    process.stderr.write(
      `${running?.service.name ?? 'navora'}: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    running?.service.log.debug({ stack: error instanceof Error ? error.stack : undefined }, 'start_failed');
    if (running) await running.service.end(1, 5000);
    process.exit(1);
  }
}

const CRASHED = 70;

function crashLoudly(service: Service): void {
  for (const cause of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(cause, (error: unknown) => {
      service.log.fatal(
        { cause, ...errorFields(error), stack: error instanceof Error ? error.stack : undefined },
        'crashed',
      );
      process.exit(CRASHED);
    });
  }
}
