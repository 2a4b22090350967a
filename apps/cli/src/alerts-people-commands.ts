import { Command } from 'commander';
import type { AlertKey, Care, Doing, Done } from './alert-actions.js';
import { alertKeyOf, unknownAlert } from './alert-reference.js';
import { withAlerts } from './alerts-services.js';
import { CommandFailure, orSayWhy } from './failure.js';
import { defaultBy } from './who.js';

interface Flags {
  vehicle?: string;
  by: string;
  comment?: string;
  nobody?: boolean;
  json?: boolean;
  stack: string;
}

export function acknowledgeCommand(): Command {
  return forAlert(new Command('ack'))
    .description('says that somebody has seen it; whoever is first has acknowledged it')
    .option('--comment <text>', 'what to note with it')
    .action(
      orSayWhy((alert: string, flags: Flags) =>
        act(alert, flags, { action: 'acknowledge', comment: given(flags.comment) }),
      ),
    );
}

export function assignCommand(): Command {
  return forAlert(new Command('assign'))
    .description('says who takes care of it; the last word counts')
    .argument('[person]', 'who takes care')
    .option('--nobody', 'takes it from whoever has it')
    .option('--comment <text>', 'what to note with it')
    .action(
      orSayWhy(async (alert: string, person: string | undefined, flags: Flags) => {
        if ((person === undefined) === (flags.nobody !== true))
          throw new CommandFailure('say who takes care of it, or --nobody');
        const assignee = person === undefined ? null : required(person, 'a person');
        await act(alert, flags, { action: 'assign', assignee, comment: given(flags.comment) });
      }),
    );
}

export function commentCommand(): Command {
  return forAlert(new Command('comment'))
    .description('notes something with it')
    .argument('<text>', 'what to note')
    .action(
      orSayWhy((alert: string, text: string, flags: Flags) =>
        act(alert, flags, { action: 'comment', comment: required(text, 'a comment') }),
      ),
    );
}

function forAlert(command: Command): Command {
  return command
    .argument('<alert>', 'VEHICLE/ALERT_ID, or the alert id alone with --vehicle')
    .option('--vehicle <id>', 'the vehicle the alert is of')
    .option('--by <who>', 'who does it, for the record', defaultBy())
    .option('--json', 'for programs')
    .option('--stack <name>', 'the local stack, unless NAVORA_* variables say otherwise', 'default');
}

async function act(reference: string, flags: Flags, doing: Doing): Promise<void> {
  const key = alertKeyOf(reference, flags.vehicle);
  const by = required(flags.by, 'a name');
  const done = await withAlerts(flags.stack, async ({ alerts, actions }) => {
    if (!(await alerts.has(key.vehicleId, key.alertId))) throw unknownAlert(key);
    return actions.act(key, by, doing);
  });
  if (flags.json) console.log(JSON.stringify({ ...key, changed: done.changed, ...done.after }, null, 1));
  else console.log(sentenceOf(key, doing, done));
}

/** What was done, and what another did before it. */
export function sentenceOf({ vehicleId, alertId }: AlertKey, doing: Doing, done: Done): string {
  const alert = `${vehicleId}/${alertId}`;
  const { before, changed } = done;
  switch (doing.action) {
    case 'acknowledge':
      if (before.acknowledgedBy === undefined) return `acknowledged ${alert}`;
      return `${alert} was acknowledged already ${byWhom(before)}${changed ? '; the comment is noted' : ''}`;
    case 'assign': {
      const to = doing.assignee ?? 'nobody';
      if ((before.assignee ?? null) === doing.assignee)
        return `${alert} was assigned to ${to} already${changed ? '; the comment is noted' : ''}`;
      return `assigned ${alert} to ${to}${before.assignee === undefined ? '' : `; it was ${before.assignee}'s`}`;
    }
    case 'comment':
      return `noted with ${alert}`;
  }
}

function byWhom({ acknowledgedBy, acknowledgedAt }: Care): string {
  return `by ${acknowledgedBy ?? ''} at ${acknowledgedAt ?? ''}`;
}

function given(comment: string | undefined): string | undefined {
  return comment === undefined ? undefined : required(comment, 'a comment');
}

const MAX_LENGTH = 2000;

function required(text: string, what: string): string {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > MAX_LENGTH)
    throw new CommandFailure(`${what} has 1 to ${MAX_LENGTH} characters`);
  return trimmed;
}
