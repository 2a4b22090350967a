import type { RecordedChange } from '@navora/devices';

export const CONNECTIONS_HEAD = connectionRow('AT', 'VEHICLE', 'CHANGE', 'WHY', 'ADDRESS', 'BROKER');

export function connectionLine({ at, vehicleId, change, reason, address, broker }: RecordedChange): string {
  // Of a take-over the change says it all, unless it was ours.
  const why = reason === undefined || reason === change ? '-' : reason;
  return connectionRow(at.toISOString(), vehicleId, change, why, address ?? '-', broker);
}

function connectionRow(...cells: [string, string, string, string, string, string]): string {
  const widths = [24, 24, 10, 17, 21, 0];
  return cells
    .map((cell, column) => cell.padEnd(widths[column] ?? 0))
    .join('  ')
    .trimEnd();
}

/** What follows a device's story. */
export function newestLines(connections: readonly RecordedChange[]): string[] {
  const [newest] = connections;
  if (!newest) return ['', 'no connection is recorded'];
  const now = newest.change === 'online' ? 'online' : 'offline';
  return [
    '',
    `${now} since ${newest.at.toISOString()}, as far as recorded`,
    ...connections.map(connectionLine),
  ];
}
