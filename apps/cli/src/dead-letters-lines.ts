import type { DeadLetter } from '@navora/schemas';
import type { LetterAction } from './dead-letters-actions.js';
import { stateOf, type Failure } from './dead-letters-failure.js';
import type { Found } from './dead-letters-log.js';
import { placeText, type RedriveOutcome } from './dead-letters-redrive.js';

const REASON_WIDTH = 'conflicting-reading'.length;
const VEHICLE_WIDTH = 16;
const STATE_WIDTH = 'open, failed again'.length;

export const LIST_HEAD = line('GIVEN UP', 'DEAD LETTER', 'REASON', 'VEHICLE', 'STATE', 'FROM');

/** One letter in one line: lines are printed as they are found, so columns have fixed widths. */
export function listLine({ failure, action }: Found): string {
  const { letter, failedAgainAfter } = failure;
  const state = action?.state === 'claimed' ? 'open, claimed' : stateOf(action);
  return line(
    timeText(letter.deadLetteredAt),
    letter.id,
    letter.reason,
    letter.vehicleId ?? '-',
    failedAgainAfter === undefined ? state : `${state}, failed again`,
    originText(letter),
  );
}

function line(...[time, id, reason, vehicle, state, from]: [string, string, string, string, string, string]) {
  const cells = [time.padEnd(24), id.padEnd(36), reason.padEnd(REASON_WIDTH), vehicle.padEnd(VEHICLE_WIDTH)];
  return printable([...cells, state.padEnd(STATE_WIDTH), from].join('  '));
}

/** The same for programs; the body is left to `show --raw`. */
export function listJson({ failure, action }: Found): string {
  const { letter, number, failedAgainAfter } = failure;
  const { value, key, headers, deadLetteredAt, ...rest } = letter;
  return JSON.stringify({
    ...rest,
    deadLetteredAt: timeText(deadLetteredAt),
    state: stateOf(action),
    number,
    failedAgainAfter: failedAgainAfter ?? null,
    key: key?.toString() ?? null,
    headers: Object.fromEntries(Object.entries(headers).map(([name, bytes]) => [name, bytes.toString()])),
    bodyBytes: value?.length ?? 0,
    action: action ? actionJson(action) : null,
  });
}

export function countLines(counts: ReadonlyMap<string, number>, what: string): string {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return `no ${what}`;
  const each = [...counts].sort(([, one], [, other]) => other - one);
  return [
    `${total} ${what}`,
    ...each.map(([reason, count]) => `  ${String(count).padStart(7)}  ${reason}`),
  ].join('\n');
}

/** One letter with all that is known of it, and what people did about it. */
export function letterStory({ letter, failedAgainAfter }: Failure, history: readonly LetterAction[]): string {
  const headers = Object.entries(letter.headers).map(([name, value]) => `  ${name}: ${value.toString()}`);
  const facts: [string, string | undefined][] = [
    ['dead letter', letter.id],
    ['reason', letter.reason],
    ['error', letter.error],
    ['given up', `${timeText(letter.deadLetteredAt)} by ${letter.service}`],
    ['vehicle', letter.vehicleId ?? 'not known'],
    ['from', originText(letter)],
    ['key', letter.key?.toString()],
    ['content type', letter.contentType ?? undefined],
    ['redriven', failedAgainAfter && `yes: it failed again after the redrive of ${failedAgainAfter}`],
    ['headers', headers.length > 0 ? `\n${headers.join('\n')}` : 'none'],
    ['actions', history.length > 0 ? `\n${history.map(actionLine).join('\n')}` : 'none'],
  ];
  return facts
    .filter(([, fact]) => fact !== undefined)
    .map(([name, fact]) => printable(`${name.padEnd(13)} ${fact}`))
    .join('\n');
}

export function actionLine({ action, state, claimedAt, doneAt, by, comment, outcome }: LetterAction): string {
  const what = state === 'done' ? (outcome ?? action) : `${action} claimed, and not finished`;
  return `  ${timeText(doneAt ?? claimedAt)}  ${what}, by ${by}${comment === undefined ? '' : `: ${comment}`}`;
}

export function actionJson({ claim: _, claimedAt, doneAt, ...action }: LetterAction): object {
  return {
    ...action,
    claimedAt: timeText(claimedAt),
    doneAt: doneAt === undefined ? null : timeText(doneAt),
  };
}

export function outcomeText(outcome: RedriveOutcome): string {
  switch (outcome.kind) {
    case 'redriven':
      return `redriven to ${placeText(outcome.to)}`;
    case 'would-be-redriven':
      return `would be redriven to ${placeText(outcome.to)}`;
    case 'resolved-before':
      return `nothing to do: ${actionLine(outcome.action).trim()}`;
    case 'in-progress':
      return `left: ${actionLine(outcome.action).trim()}; if that run crashed, run this again in a minute`;
    case 'failed-again':
      return `left: it failed again after the redrive of ${outcome.after}; --again redrives it once more`;
    case 'impossible':
      return `left: ${outcome.why}`;
    case 'refused':
      return `not redriven: ${outcome.why}`;
  }
}

export function originText({ mqttTopic, topic, partition, offset }: DeadLetter): string {
  return topic === null ? `MQTT ${mqttTopic ?? '?'}` : `${topic}/${partition}/${offset}`;
}

/** What vehicles send may hold anything, also what would make a terminal do things. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
