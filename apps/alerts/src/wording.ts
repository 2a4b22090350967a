import type { Notice } from './notice.js';

export interface Wording {
  /** One line. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A notification in words, for people who have not seen the alert. Times are UTC. */
export function wordingOf(notice: Notice): Wording {
  const { alert, transition } = notice;
  const subject = `[${alert.severity}] ${alert.vehicleId}: ${alert.rule} ${transition}`;
  const facts: [string, string][] = [
    ['vehicle', alert.vehicleId],
    ['rule', alert.rule],
    ['severity', alert.severity],
    ['opened', `${timeOf(alert.openedAt)}, ${alert.measurement} ${alert.value}`],
  ];
  if (transition === 'cleared')
    facts.push([
      'cleared',
      `${timeOf(atOf(notice))}, ${alert.measurement} ${alert.clearedValue ?? ''}`.trimEnd(),
    ]);
  facts.push(['alert', `${alert.vehicleId}/${alert.id}`]);
  const text = facts.map(([name, fact]) => `${`${name}:`.padEnd(9)} ${fact}`).join('\n');
  const rows = facts.map(([name, fact]) => `<tr><th align="left">${name}</th><td>${escaped(fact)}</td></tr>`);
  const html = `<p><strong>${escaped(subject)}</strong></p>\n<table>\n${rows.join('\n')}\n</table>`;
  return { subject, text, html };
}

/** When it happened, by the vehicle's clock. */
export function atOf({ transition, alert, receivedAt }: Notice): number {
  switch (transition) {
    case 'opened':
      return alert.openedAt;
    case 'cleared':
      return alert.clearedAt ?? receivedAt;
    case 'reopened':
      return receivedAt;
  }
}

function timeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
