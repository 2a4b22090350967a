import type { Alert } from '../alert.js';

/** What the history of an alert must say. */
export function historyOf({ id, late, status }: Alert): string[] {
  if (late) return [`${id} recorded-late`];
  return status === 'open' ? [`${id} opened`] : [`${id} opened`, `${id} cleared`];
}

export function byId(alerts: readonly Alert[]): Alert[] {
  return [...alerts].sort((one, other) => (one.id < other.id ? -1 : 1));
}
