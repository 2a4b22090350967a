import type { Alert } from '../alert.js';

export function byId(alerts: readonly Alert[]): Alert[] {
  return [...alerts].sort((one, other) => (one.id < other.id ? -1 : 1));
}
