import type { LiveFigures, OpenAlert } from './live-figures.js';

interface Screen {
  isTTY?: boolean;
  rows?: number;
  columns?: number;
  write(text: string): unknown;
}

const LINE_EVERY_MS = 5000;

/** On a terminal a block that is redrawn; elsewhere a line every few seconds. */
export class LiveView {
  private drawnLines = 0;
  private lastLineAt = 0;

  private nextCommands: string[] = [];

  constructor(private readonly screen: Screen) {}

  /** What may be tried in another terminal. */
  suggest(commands: string[]): void {
    this.nextCommands = commands;
  }

  show(figures: LiveFigures): void {
    if (this.screen.isTTY) this.redraw(figures);
    else if (Date.now() - this.lastLineAt >= LINE_EVERY_MS - 250) {
      this.lastLineAt = Date.now();
      this.screen.write(`${figuresLine(figures)}\n`);
    }
  }

  /** Something to keep on the screen, above what is redrawn. */
  say(text: string): void {
    this.erase();
    this.screen.write(`${text}\n`);
  }

  private redraw(figures: LiveFigures): void {
    this.erase();
    const lines = figuresBlock(figures, this.nextCommands, (this.screen.rows ?? 24) - 2).map((line) =>
      line.slice(0, (this.screen.columns ?? 100) - 1),
    );
    this.screen.write(`${lines.join('\n')}\n`);
    this.drawnLines = lines.length;
  }

  private erase(): void {
    if (this.drawnLines > 0) this.screen.write(`\u001b[${this.drawnLines}A\u001b[J`);
    this.drawnLines = 0;
  }
}

export function figuresLine({
  seconds,
  fleet,
  inKafka,
  stored,
  readingsLag,
  signalsLag,
  publishToReadableMs,
  openAlerts,
  deadLetters,
}: LiveFigures): string {
  const latency = publishToReadableMs
    ? `, publish to stored ${ms(publishToReadableMs.p50)} p50 ${ms(publishToReadableMs.p99)} p99`
    : '';
  return (
    `${seconds.toFixed(0)} s: published ${fleet.sent}, acknowledged ${fleet.acknowledged}, in Kafka ${inKafka}, stored ${stored}, ` +
    `lag ${readingsLag} + ${signalsLag}${latency}, open alerts ${openAlerts.length}, dead letters ${deadLetters}`
  );
}

export function figuresBlock(figures: LiveFigures, nextCommands: string[], maxLines: number): string[] {
  const { seconds, fleet, publishToReadableMs: readable, openAlerts } = figures;
  const fixed = [
    '',
    `Navora  ${seconds.toFixed(0)} s   ${fleet.connected} of ${fleet.vehicles} vehicles connected`,
    '',
    row('published', fleet.sent, `${fleet.attempts - fleet.sent} of them sent again`),
    row(
      'acknowledged',
      fleet.acknowledged,
      fleet.recentAckMs
        ? `publish to PUBACK ${ms(fleet.recentAckMs.p50)} p50, ${ms(fleet.recentAckMs.p99)} p99`
        : '',
    ),
    row('in Kafka', figures.inKafka, ''),
    row(
      'stored',
      figures.stored,
      readable ? `publish to stored ${ms(readable.p50)} p50, ${ms(readable.p99)} p99` : '',
    ),
    row('lag', figures.readingsLag, `readings; ${figures.signalsLag} signals`),
    row('dead letters', figures.deadLetters, ''),
    row('open alerts', openAlerts.length, ''),
  ];
  const next = [
    '',
    'try in another terminal:',
    ...nextCommands.map((command) => `  ${command}`),
    '',
    'Ctrl-C stops everything',
  ];
  const room = Math.max(0, Math.min(8, maxLines - fixed.length - next.length));
  return [...fixed, ...openAlerts.slice(0, room).map(alertLine), ...next];
}

function row(name: string, count: number, note: string): string {
  return `  ${name.padEnd(14)}${String(count).padStart(9)}   ${note}`.trimEnd();
}

function alertLine({ vehicleId, rule, severity, value, openedAt }: OpenAlert): string {
  return `    ${openedAt.toISOString().slice(11, 19)}  ${severity.padEnd(8)}  ${vehicleId.padEnd(16)}  ${rule} ${Number(value.toFixed(2))}`;
}

function ms(value: number): string {
  return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}
