import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, ServiceProcess } from './service-process.js';
import { servicePrograms } from './service-programs.js';
import { SERVICES, type ServiceName } from './services.js';

export interface ServiceProcessesOptions {
  workspaceRoot: string;
  /** All of it, what every process needs included. */
  environment: Record<string, string | undefined>;
  /** Each service writes `<name>.log` there. */
  logFolder: string;
  /** By service; without them they are those of the workspace. */
  programs?: Record<ServiceName, string> | undefined;
  nodeOptions?: string[];
  onRestart(service: ServiceName, ended: string): void;
}

interface Supervised {
  process: ServiceProcess;
  wasReady: boolean;
  /** Kept away on purpose: it is not started again until it is wanted. */
  held: boolean;
}

const RESTART_AFTER_MS = 500;

/** The three services as child processes: started, started again when they end, and stopped. */
export class ServiceProcesses {
  private readonly supervised = new Map<ServiceName, Supervised>();
  private readonly extras = new Set<ServiceProcess>();
  private programs: Record<ServiceName, string> | undefined;
  private stopping = false;

  constructor(private readonly options: ServiceProcessesOptions) {}

  /**
   * Starts all and resolves when all are ready.
   * @throws ServiceFailure with a service's own words when it ends instead.
   */
  async start(signal: AbortSignal): Promise<void> {
    const { logFolder, workspaceRoot, programs } = this.options;
    mkdirSync(logFolder, { recursive: true });
    this.programs = programs ?? (await servicePrograms(workspaceRoot));
    for (const service of SERVICES) this.supervise(service, await freePort(), false);
    await Promise.all(
      [...this.supervised.values()].map(async (one) => {
        await one.process.untilReady(signal);
        one.wasReady = true;
      }),
    );
  }

  /** SIGTERM first: the services finish what they have, commit it, and leave. */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    const all = [...this.supervised.values()].map(({ process }) => process);
    await Promise.all(
      [...all, ...this.extras].filter(({ running }) => running).map((one) => one.stop(graceMs)),
    );
  }

  processOf(service: ServiceName): ServiceProcess | undefined {
    return this.supervised.get(service)?.process;
  }

  pidOf(service: ServiceName): number | undefined {
    return this.processOf(service)?.pid;
  }

  /** @returns Prometheus text, or undefined while the service is away. */
  async metricsOf(service: ServiceName): Promise<string | undefined> {
    return (await this.processOf(service)?.ask('/metrics'))?.body;
  }

  /** Stops a service and keeps it away until `release`. */
  async hold(service: ServiceName, graceMs: number): Promise<{ how: string; tookMs: number }> {
    const one = this.supervised.get(service);
    if (!one) throw new Error(`${service} was never started`);
    one.held = true;
    return one.process.stop(graceMs);
  }

  release(service: ServiceName): void {
    const one = this.supervised.get(service);
    if (one?.held && !this.stopping) this.supervise(service, one.process.launch.adminPort, true);
  }

  /** From its next start on, the service is another version of itself. */
  upgrade(service: ServiceName, program: string): void {
    if (this.programs) this.programs = { ...this.programs, [service]: program };
  }

  /** One more process of a service, beside the supervised one; nobody starts it again. */
  async extra(service: ServiceName): Promise<ServiceProcess> {
    const process = this.launch(service, await freePort(), `${service}-extra`);
    this.extras.add(process);
    void process.ended.then(() => this.extras.delete(process));
    return process;
  }

  private supervise(service: ServiceName, adminPort: number, wasReady: boolean): void {
    const process = this.launch(service, adminPort, service);
    this.supervised.set(service, { process, wasReady, held: false });
    void process.ended.then((how) => this.restart(service, process, how));
  }

  private launch(service: ServiceName, adminPort: number, name: string): ServiceProcess {
    if (!this.programs) throw new Error('the services were never started');
    const { workspaceRoot, environment, logFolder, nodeOptions } = this.options;
    return ServiceProcess.start({
      ...{ service, workspaceRoot, environment, adminPort, nodeOptions },
      log: join(logFolder, `${name}.log`),
      program: this.programs[service],
    });
  }

  private async restart(service: ServiceName, process: ServiceProcess, how: string): Promise<void> {
    const before = this.supervised.get(service);
    const unwanted = () => this.stopping || before?.process !== process || before.held;
    if (unwanted() || !before?.wasReady) return;
    this.options.onRestart(service, how);
    await pause(RESTART_AFTER_MS);
    if (!unwanted()) this.supervise(service, process.launch.adminPort, true);
  }
}
