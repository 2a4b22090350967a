import type { Witness } from './check.js';
import type { AuditReport, CheckResult } from './report.js';

/** For people: the witnesses, then the figures, one line per promise, and the verdict as the last line. */
export function renderReport(report: AuditReport): string {
  const { totals, checks, notes } = report;
  const broken = checks.filter((check) => check.witnesses.length > 0);
  return [
    ...broken.flatMap(renderWitnesses),
    ...notes.map((note) => `note: ${note}`),
    `attempted ${totals.attempted}, acknowledged ${totals.acknowledged}, ` +
      `in Kafka ${totals.inKafka} (${totals.redelivered} redelivered), rows ${totals.rows}, ` +
      `dead letters ${totals.deadLetters}, alerts ${totals.alerts}`,
    ...Object.entries(totals.deadLettersByReason).map(([reason, count]) => `  ${reason} ${count}`),
    ...lines(checks),
    report.held ? 'held' : `broken: ${report.broken.join(', ')}`,
  ].join('\n');
}

function renderWitnesses(check: CheckResult): string[] {
  const more = check.count - check.witnesses.length;
  return [
    `${check.name} (${check.invariant}: ${check.promise})`,
    ...check.witnesses.map((witness) => `  ${renderWitness(witness)}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    '',
  ];
}

function renderWitness({ what, vehicleId, messageId, at, expected, found }: Witness): string {
  const who = [vehicleId, messageId, at].filter((it) => it !== undefined).join(' ');
  const contrast = [expected && `expected ${expected}`, found && `found ${found}`].filter(Boolean).join('; ');
  return [what, who, contrast].filter(Boolean).join(': ');
}

/** The signals share a line, all others have their own. */
function lines(checks: readonly CheckResult[]): string[] {
  const figure = (check: CheckResult) =>
    check.verdict === 'not judged' ? 'not judged' : String(check.count);
  const signals = checks.filter((check) => check.name.startsWith('signals '));
  const ofSignals = signals.map((check) => `${check.name.slice('signals '.length)} ${figure(check)}`);
  return checks.flatMap((check) => {
    if (!signals.includes(check)) return [`${check.name} ${figure(check)}`];
    return check === signals[0] ? [`signals ${ofSignals.join(', ')}`] : [];
  });
}
