import { atTime, type Witness } from './check.js';
import type { Fault } from './evidence.js';
import { NOT_JUDGED_HERE } from './invariants.js';
import type { AuditReport, CheckResult, InvariantResult } from './report.js';

/** For people: one line per invariant, each followed by what breaks it; then the figures, and the verdict last. */
export function renderReport(report: AuditReport): string {
  const { totals, checks, notes, range, invariants } = report;
  const notOurs = checks.filter((check) => check.verdict === 'not ours');
  return [
    ...invariants.flatMap((invariant) => renderInvariant(invariant, checks)),
    `not judged here: ${NOT_JUDGED_HERE}`,
    '',
    ...notOurs.flatMap((check) => [
      `not Navora's, but worth a look: ${check.name} ${check.count}`,
      ...witnesses(check),
    ]),
    ...notes.map((note) => `note: ${note}`),
    ...(range.from === undefined && range.to === undefined ? [] : [`of what was sent ${rangeText(range)}:`]),
    `attempted ${totals.attempted}, acknowledged ${totals.acknowledged}, ` +
      `in Kafka ${totals.inKafka} (${totals.redelivered} redelivered), ` +
      `${totals.erased > 0 ? `erased ${totals.erased}, ` : ''}rows ${totals.rows}, ` +
      `signals ${totals.signals}, dead letters ${totals.deadLetters}, alerts ${totals.alerts}`,
    ...Object.entries(totals.deadLettersByReason).map(([reason, count]) => `  ${reason} ${count}`),
    report.held ? 'held' : `broken: ${report.broken.join(', ')}`,
  ].join('\n');
}

function renderInvariant(
  { name, verdict, promise, faults }: InvariantResult,
  checks: readonly CheckResult[],
) {
  const broken = checks.filter((check) => check.invariant === name && check.verdict === 'broken');
  return [
    `${name.padEnd(3)} ${verdict.padEnd(10)} ${promise}`,
    ...broken.flatMap((check) => [`    ${check.name} ${check.count}`, ...witnesses(check)]),
    ...faults.map((fault) => `      around the first: ${renderFault(fault)}`),
  ];
}

function witnesses({ witnesses: first, count }: CheckResult): string[] {
  const more = count - first.length;
  return [
    ...first.map((witness) => `      ${renderWitness(witness)}`),
    ...(more > 0 ? [`      and ${more} more`] : []),
  ];
}

function renderWitness({ what, vehicleId, messageId, at, expected, found, time }: Witness): string {
  const who = [vehicleId, messageId, at].filter((it) => it !== undefined).join(' ');
  const when = time === undefined ? '' : ` (${atTime(time)})`;
  const contrast = [expected && `expected ${expected}`, found && `found ${found}`].filter(Boolean).join('; ');
  return [what, `${who}${when}`, contrast].filter(Boolean).join(': ');
}

function renderFault({ code, what, from, to }: Fault): string {
  return `${code} ${what}, ${atTime(from)} to ${to === Infinity ? 'the end' : atTime(to)}`;
}

function rangeText({ from, to }: AuditReport['range']): string {
  return [from !== undefined && `from ${atTime(from)}`, to !== undefined && `to ${atTime(to)}`]
    .filter(Boolean)
    .join(' ');
}
