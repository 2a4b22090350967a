import type { StackEndpoints, StackProgress, StackStatus } from '@navora/local-stack';

export interface ProgressReporter {
  show(event: StackProgress): void;
  end(): void;
}

interface Screen {
  isTTY?: boolean;
  write(text: string): unknown;
}

/** On a terminal one live line per component with its seconds running; elsewhere one line per event. */
export function progressReporter(screen: Screen): ProgressReporter {
  if (!screen.isTTY)
    return { show: (event) => void screen.write(`${eventLine(event)}\n`), end: () => undefined };
  return new LiveLines(screen);
}

export function eventLine({ component, phase, seconds, message }: StackProgress): string {
  const took = seconds > 0 ? ` (${seconds.toFixed(1)} s)` : '';
  return component === 'stack' && phase === 'notice' ? message : `${component.padEnd(11)}  ${message}${took}`;
}

class LiveLines implements ProgressReporter {
  private readonly lines = new Map<string, { event: StackProgress; since: number }>();
  private drawn = 0;
  private readonly clock: NodeJS.Timeout;

  constructor(private readonly screen: Screen) {
    this.clock = setInterval(() => this.draw(), 100);
    this.clock.unref();
  }

  show(event: StackProgress): void {
    if (event.component === 'stack') {
      this.erase();
      this.screen.write(`${eventLine(event)}\n`);
    } else {
      const before = this.lines.get(event.component);
      const sameWork = before?.event.phase === event.phase;
      this.lines.set(event.component, {
        event,
        since: before && sameWork ? before.since : performance.now(),
      });
    }
    this.draw();
  }

  end(): void {
    clearInterval(this.clock);
    this.draw();
    this.drawn = 0;
  }

  private draw(): void {
    this.erase();
    for (const { event, since } of this.lines.values()) {
      const running = (performance.now() - since) / 1_000;
      const seconds = event.seconds > 0 || isDone(event) ? event.seconds : running;
      this.screen.write(`${isDone(event) ? '✔' : '…'} ${eventLine({ ...event, seconds })}\n`);
    }
    this.drawn = this.lines.size;
  }

  private erase(): void {
    if (this.drawn > 0) this.screen.write(`\u001b[${this.drawn}A\u001b[J`);
    this.drawn = 0;
  }
}

function isDone(event: StackProgress): boolean {
  return event.phase === 'ready' || event.phase === 'stopped';
}

export function clientLines(endpoints: StackEndpoints, envFile: string | null): string {
  const { cassandra, kafka, mqtt, registry } = endpoints;
  return [
    `The stack "${endpoints.name}" is up:`,
    `  Kafka      ${kafka.brokers.join(',')}`,
    `  Cassandra  ${cassandra.contactPoints.join(',')}:${cassandra.port} (${cassandra.localDataCenter})`,
    `  registry   ${registry.url}`,
    `  MQTT       ${mqtt.url}`,
    ...(envFile ? [`  services find it with  ${envFile}`] : []),
  ].join('\n');
}

export function statusTable(status: StackStatus): string {
  const head = ['COMPONENT', 'STATE', 'PID', 'ADDRESS', 'UPTIME', 'MEMORY', 'RESTARTS'];
  const rows = status.components.map((one) => [
    one.title,
    one.state,
    String(one.pid ?? '-'),
    one.port === null ? '-' : `${one.host}:${one.port}`,
    one.uptimeSeconds === null ? '-' : duration(one.uptimeSeconds),
    one.memoryMiB === null ? '-' : `${one.memoryMiB} MiB`,
    String(one.restarts),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const table = [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const notes = [`stack "${status.name}": ${status.state}`];
  if (status.endpoints)
    notes.push(`registry ${status.endpoints.registry.url}`, `mqtt ${status.endpoints.mqtt.url}`);
  if (status.envFile) notes.push(`environment of the services ${status.envFile}`);
  return [...notes, '', ...table].join('\n');
}

export function duration(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
