import { type AuditReport, renderReport } from '@navora/auditor';
import type { BrokerLoss } from './broker-tap.js';
import type { FaultSummary, Injection } from './injection.js';
import { SERVICES, type ServiceName } from './services.js';
import type { ServiceSeen } from './service-watch.js';
import { type Breach, RSS_BOUND_MIB } from './verdict.js';

export interface DrillReport {
  held: boolean;
  /** The names of what was broken, each once. */
  broken: string[];
  breaches: Breach[];
  seed: number;
  minutes: number;
  ratePerSecond: number;
  vehicles: number;
  sent: number;
  acknowledged: number;
  drainMs: number;
  faults: FaultSummary[];
  injections: readonly Injection[];
  services: Record<ServiceName, ServiceSeen>;
  /** Acknowledged by the MQTT broker to vehicles and lost before the bridge had acknowledged them; with B6 only. */
  lostByBroker?: BrokerLoss;
  audit: AuditReport;
  /** The same drill again. */
  replay: string;
  folder: string;
}

export function renderDrill(report: DrillReport): string {
  const { services, lostByBroker } = report;
  return [
    renderReport(report.audit).split('\n').slice(0, -1).join('\n'),
    '',
    ...table(report.faults),
    '',
    ...SERVICES.map((service) => {
      const { maxRssMiB, restarts, redelivered } = services[service];
      return `${service.padEnd(12)} at most ${maxRssMiB} of ${RSS_BOUND_MIB} MiB, ended ${restarts} times, ${redelivered} delivered to it again`;
    }),
    ...(lostByBroker
      ? [
          `the MQTT broker lost ${lostByBroker.lost} of ${lostByBroker.acknowledgedByBroker} readings it had acknowledged: its promise, not counted as broken`,
        ]
      : []),
    `${report.sent} readings sent, ${report.acknowledged} acknowledged; drained in ${seconds(report.drainMs)}`,
    ...report.breaches.map(({ name, detail }) => `${name}: ${detail}`),
    ...(report.held ? [] : [`history, fault log and logs: ${report.folder}`, `again: ${report.replay}`]),
    lastLine(report),
  ].join('\n');
}

export function lastLine({ held, broken }: Pick<DrillReport, 'held' | 'broken'>): string {
  return held ? 'held' : `broken: ${broken.join(', ')}`;
}

function table(faults: readonly FaultSummary[]): string[] {
  return faults.map(({ code, title, injected, survived, recoveryMs, redelivered, heldUpMs }) => {
    const recovery = recoveryMs
      ? `recovered in ${seconds(recoveryMs.median)}, at most ${seconds(recoveryMs.max)}`
      : 'no recovery seen';
    const heldUp = heldUpMs === undefined ? '' : `, readings held up for at most ${seconds(heldUpMs)}`;
    return `${code.padEnd(4)} survived ${survived} of ${injected}, ${recovery}, ${redelivered} redelivered${heldUp}: ${title}`;
  });
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
