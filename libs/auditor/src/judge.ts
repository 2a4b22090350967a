import { alertViewsWrong } from './check-alert-views.js';
import { alertsExtra, alertsMissing, alertsWrong } from './check-alerts.js';
import { decreases, OFFSETS_DECREASED } from './check-commits.js';
import { deadLettersWrong } from './check-dead-letters.js';
import { duplicated } from './check-duplicated.js';
import { erasedLeft } from './check-erased.js';
import { invented } from './check-invented.js';
import { lagging, LAG } from './check-lag.js';
import { lost, lostByBroker } from './check-lost.js';
import { offsetsUnresolved } from './check-offsets.js';
import { outOfOrder } from './check-order.js';
import { signalsMissing, signalsOutOfOrder, signalsWrong } from './check-signals.js';
import { wrongVehicle } from './check-vehicle.js';
import { rewritten } from './check-write-times.js';
import { atTime, type Check } from './check.js';
import type { Circumstances, Evidence } from './evidence.js';
import { faultsAround } from './fault-log.js';
import { Findings } from './findings.js';
import { type Invariant, INVARIANTS } from './invariants.js';
import type { AuditReport, CheckResult, InvariantResult } from './report.js';

/** Judged vehicle by vehicle, and so slice by slice. */
export const CHECKS: readonly Check[] = [
  ...[lost, lostByBroker, invented, duplicated, rewritten, outOfOrder, signalsOutOfOrder],
  ...[offsetsUnresolved, signalsMissing],
  ...[signalsWrong, alertsMissing, alertsExtra, alertsWrong, alertViewsWrong],
  ...[deadLettersWrong, wrongVehicle, erasedLeft],
];

/** Judges the evidence, one slice of vehicles after the other, and nothing but the evidence. */
export async function judge(
  whole: Circumstances & { startedAt: number },
  slices: AsyncIterable<Evidence> | Iterable<Evidence>,
): Promise<AuditReport> {
  const findings = new Findings();
  const notes: string[] = [];
  const beyond = { headless: 0, movedOn: 0 };
  for await (const evidence of slices) {
    const { headless, movedOn } = findings.judge(evidence, CHECKS);
    beyond.headless += headless;
    beyond.movedOn += movedOn;
  }
  for (const witness of lagging(whole)) findings.add(LAG.name, witness, FOR_EVER);
  let resets = 0;
  for (const { witness, deliberate } of decreases(whole, whole.startedAt)) {
    if (deliberate) resets++;
    else findings.add(OFFSETS_DECREASED.name, witness, FOR_EVER);
  }
  const checks = [
    ...CHECKS.map((check) => resultOf(check, findings, whole)),
    {
      ...OFFSETS_DECREASED,
      ...verdictOn(findings.of(OFFSETS_DECREASED.name), whole.commits !== undefined),
    },
    { ...LAG, ...verdictOn(findings.of(LAG.name), whole.lags.length === 0 || whole.waited) },
  ].sort((one, other) => ORDER.indexOf(one.invariant) - ORDER.indexOf(other.invariant));
  const totals = findings.totals();
  notes.push(...notesOn(whole, totals.attempted, { ...beyond, resets }));
  const broken = checks.filter((it) => it.verdict === 'broken').map((it) => `${it.invariant} ${it.name}`);
  const invariants = ORDER.map((name) => invariantOf(name, checks, whole));
  const { from, to } = whole.range;
  const range = { ...(from === -Infinity ? {} : { from }), ...(to === Infinity ? {} : { to }) };
  return { held: broken.length === 0, broken, range, totals, invariants, checks, notes };
}

const FOR_EVER = { from: -Infinity, to: Infinity };
const ORDER = Object.keys(INVARIANTS).filter((name): name is Invariant => name in INVARIANTS);

function resultOf(check: Check, findings: Findings, { lags }: Circumstances): CheckResult {
  const { name, invariant, promise, needsQuiet, notOurs } = check;
  const { verdict, count, witnesses } = verdictOn(findings.of(name), !needsQuiet || lags.length === 0);
  const blame = notOurs && verdict === 'broken' ? 'not ours' : verdict;
  return { name, invariant, promise, verdict: blame, count, witnesses };
}

function verdictOn(found: ReturnType<Findings['of']>, isJudged: boolean) {
  const verdict = !isJudged ? 'not judged' : found.count === 0 ? 'held' : 'broken';
  return { verdict, ...found } as const;
}

function invariantOf(
  name: Invariant,
  checks: readonly CheckResult[],
  { faults }: Circumstances,
): InvariantResult {
  const own = checks.filter((check) => check.invariant === name);
  const promise = INVARIANTS[name];
  const broken = own.filter((check) => check.verdict === 'broken');
  if (broken.length === 0) {
    // One check that could not be made leaves the invariant open, whatever the others say.
    const verdict = own.some((check) => check.verdict === 'not judged') ? 'not judged' : 'held';
    return { name, promise, verdict, faults: [] };
  }
  const [witness] = broken
    .flatMap((check) => check.witnesses.slice(0, 1))
    .sort((one, other) => (one.time ?? Infinity) - (other.time ?? Infinity));
  const around = faultsAround(faults, witness?.time);
  return { name, promise, verdict: 'broken', ...(witness ? { witness } : {}), faults: around };
}

function notesOn(
  { keptSince, lags, commits, bridge, startedAt }: Circumstances & { startedAt: number },
  attempted: number,
  { headless, movedOn, resets }: { headless: number; movedOn: number; resets: number },
): string[] {
  const dropped = Math.max(keptSince.readings, keptSince.signals, keptSince.deadLetters);
  const notes: [boolean, string][] = [
    [attempted === 0, 'nothing was sent in the audited time: there was nothing to check'],
    [
      dropped > startedAt,
      `Kafka has dropped its oldest records: what needs those before ${atTime(dropped)} was not judged`,
    ],
    [headless > 0, `alerts of ${headless} vehicles were not judged: Kafka has dropped their first readings`],
    [
      movedOn > 0,
      `${movedOn} vehicles sent on while the tables were read: their alert views were not compared`,
    ],
    [resets > 0, `${resets} committed offsets were set back on purpose`],
    [commits === undefined, 'the history of commits could not be read: I6 was not judged'],
    [
      bridge === 'not through',
      'the bridge has not worked off what the broker took: what it is still at counts as lost',
    ],
    [lags.length > 0, 'consumers are behind: alerts were not judged, nor what is not committed yet'],
  ];
  return notes.flatMap(([applies, note]) => (applies ? [note] : []));
}
