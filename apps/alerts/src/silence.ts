import { SILENCE } from '@navora/rules';
import { alertId, type Heartbeat, type Signal, type Silence } from '@navora/schemas';
import type { Alert, LastHeard, Marks } from './alert.js';
import type { Folded } from './fold.js';
import { isSeverity } from './severity.js';

/** What the vehicle was last heard of, as of a signal; undefined when no rule is about silence. */
export function heardIn(signal: Signal): LastHeard | undefined {
  const { receivedAt, recordedAt, messageId, ruleVersion, silences } = signal;
  if (silences.length === 0) return undefined;
  return { receivedAt, recordedAt, messageId, ruleVersion, silences, told: [] };
}

/** Further along the vehicle's signals, or told of more of the silence after the last one. */
export function isAhead(marks: Marks, other: Marks | undefined): boolean {
  if (other === undefined || marks.originOffset !== other.originOffset)
    return marks.originOffset > (other?.originOffset ?? -1);
  return (marks.heard?.told.length ?? 0) > (other.heard?.told.length ?? 0);
}

type Broken = Silence & { readonly since: number };

/** Whether a heartbeat opens an alert. */
export function isSilentTooLong(marks: Marks | undefined, heartbeat: Heartbeat): boolean {
  return marks?.heard !== undefined && brokenSilences(marks.heard, heartbeat).length > 0;
}

/**
 * The alerts that a heartbeat opens; undefined when there are none. The signal stands for it where transitions are
 * told of: after the vehicle's last reading, and before its next.
 */
export function effectOfSilence(
  vehicleId: string,
  marks: Marks | undefined,
  heartbeat: Heartbeat,
): { signal: Signal; folded: Folded } | undefined {
  const { heard } = marks ?? {};
  const broken = heard ? brokenSilences(heard, heartbeat) : [];
  if (!marks || !heard || broken.length === 0) return undefined;
  const told = [...heard.told, ...broken.map(({ rule }) => rule)];
  return {
    signal: {
      vehicleId,
      recordedAt: heartbeat.upTo,
      messageId: heard.messageId,
      receivedAt: heartbeat.upTo,
      origin: {
        topic: '',
        partition: marks.originPartition,
        offset: marks.originOffset + told.length / 1000,
      },
      clockSuspect: false,
      ruleVersion: heard.ruleVersion,
      ...{ verdicts: [], off: [], silences: [] },
    },
    folded: {
      outcome: 'silent',
      marks: { ...marks, heard: { ...heard, told } },
      changes: broken.map((one) => ({ transition: 'opened', alert: alertOf(vehicleId, heard, one) })),
      reopenable: [],
    },
  };
}

/**
 * Rules whose silence has lasted too long by this heartbeat, and of which nothing is told yet. Silence is judged on
 * heartbeats alone: without them it may be ours, so it counts from where they last began at the earliest.
 */
function brokenSilences({ receivedAt, silences, told }: LastHeard, heartbeat: Heartbeat): Broken[] {
  const since = Math.max(receivedAt, heartbeat.since);
  return silences
    .filter(({ rule, afterMs }) => heartbeat.upTo - since >= afterMs && !told.includes(rule))
    .map((silence) => ({ ...silence, since }));
}

function alertOf(
  vehicleId: string,
  { recordedAt, messageId, ruleVersion }: LastHeard,
  { rule, severity, since, afterMs }: Broken,
): Alert {
  return {
    id: alertId(vehicleId, rule, recordedAt, messageId),
    vehicleId,
    rule,
    severity: isSeverity(severity) ? severity : 'warning',
    measurement: SILENCE,
    status: 'open',
    late: false,
    value: afterMs / 1000,
    openedAt: since + afterMs,
    openedBy: messageId,
    ruleVersion,
  };
}
