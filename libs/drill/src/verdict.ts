import type { AuditReport } from '@navora/auditor';
import type { Injection } from './injection.js';
import { SERVICES, type ServiceName } from './services.js';
import type { ServiceSeen } from './service-watch.js';

/** A promise seen broken, by the audit or by the drill itself. */
export interface Breach {
  name: string;
  detail: string;
}

export interface DrillFindings {
  audit: AuditReport;
  injections: readonly Injection[];
  services: Record<ServiceName, ServiceSeen>;
  /** Services that ended although nobody had ended them. */
  crashes: readonly { service: ServiceName; how: string; during: string }[];
  /** What faults saw broken themselves. */
  seen: readonly Breach[];
  drained: boolean;
  /** No fault of this drill and no vehicle gave a reason to deliver anything twice. */
  noDuplicateExcused: boolean;
}

/** Services run with a heap of this size in a drill: what grows without a bound ends there. */
export const HEAP_MIB = 256;
/** The heap; 128 MiB of message bodies outside it, which is the bridge's own bound; 96 MiB for program and runtime. */
export const RSS_BOUND_MIB = HEAP_MIB + 128 + 96;
/** Looks in a row, a second or more apart. */
const NOT_LIVE_LOOKS = 4;
/** A store that is away is noticed by its timeouts, 5 s each. */
const UNREADY_AFTER_MS = 13_000;
const STORE_AWAY = ['P12', 'A3'];

/** Everything that was promised and not kept; empty when all was. */
export function breachesOf(findings: DrillFindings): Breach[] {
  return [
    ...ofAudit(findings.audit),
    ...findings.seen,
    ...ofRecovery(findings),
    ...ofServices(findings),
    ...ofReadiness(findings.injections),
    ...ofStandstill(findings.injections),
    ...ofDuplicates(findings),
  ];
}

function ofAudit({ broken, checks }: AuditReport): Breach[] {
  return broken.map((name) => {
    const check = checks.find((one) => `${one.invariant} ${one.name}` === name);
    return { name, detail: check ? `${check.count} times; ${check.promise}` : 'found by the audit' };
  });
}

function ofRecovery({ injections, drained }: DrillFindings): Breach[] {
  const failed = injections.filter(({ failure }) => failure);
  return [
    ...failed.map(({ code, failure }) => ({ name: 'recovery', detail: `I9: ${code}: ${failure}` })),
    ...(drained
      ? []
      : [{ name: 'recovery', detail: 'I9: the lag did not go back to zero after the last fault' }]),
  ];
}

function ofServices({ services, crashes }: DrillFindings): Breach[] {
  return [
    ...crashes.map(({ service, how, during }) => ({
      name: 'crashes',
      detail: `${service} ended by itself (${how}) during ${during}`,
    })),
    ...SERVICES.flatMap((service) => {
      const { maxRssMiB, mostNotLive } = services[service];
      return [
        ...(maxRssMiB > RSS_BOUND_MIB
          ? [{ name: 'memory', detail: `I10: ${service} took ${maxRssMiB} MiB, more than ${RSS_BOUND_MIB}` }]
          : []),
        ...(mostNotLive >= NOT_LIVE_LOOKS
          ? [
              {
                name: 'liveness',
                detail: `I13: ${service} ran and did not answer /health/live ${mostNotLive} times in a row`,
              },
            ]
          : []),
      ];
    }),
  ];
}

function ofReadiness(injections: readonly Injection[]): Breach[] {
  return injections
    .filter(({ code, from, to }) => STORE_AWAY.includes(code) && to - from >= UNREADY_AFTER_MS)
    .filter(({ processorUnready }) => !processorUnready)
    .map(({ code, from, to }) => ({
      name: 'readiness',
      detail: `I13: ${code} lasted ${Math.round((to - from) / 1000)} s, and the processor said it was ready all the time`,
    }));
}

function ofStandstill(injections: readonly Injection[]): Breach[] {
  return injections.flatMap((one) => {
    const { code, what, heldUpMs = 0, mayHoldUpMs = Infinity } = one;
    // Where two faults last at once, nobody can say whose doing it was.
    const alone = injections.every((other) => other === one || other.to <= one.from || other.from >= one.to);
    if (!alone || heldUpMs <= mayHoldUpMs) return [];
    const detail = `I9: ${code} (${what}): a reading waited ${seconds(heldUpMs)} for its row, more than ${seconds(mayHoldUpMs)}`;
    return [{ name: 'standstill', detail }];
  });
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

function ofDuplicates({ audit, noDuplicateExcused }: DrillFindings): Breach[] {
  const { redelivered } = audit.totals;
  if (!noDuplicateExcused || redelivered === 0) return [];
  return [
    {
      name: 'graceful stop',
      detail: `I11: ${redelivered} readings stand in Kafka twice, though nothing was cut off`,
    },
  ];
}
