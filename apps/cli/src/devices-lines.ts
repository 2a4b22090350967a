import { type Device, type DeviceCertificate, hasEnded, isGood, type RecordedChange } from '@navora/devices';

/** When the certificate ends that is good for longest; undefined: it has none that is good. */
export function goodUntil(device: Device, now = Date.now()): Date | undefined {
  return device.certificates
    .filter((certificate) => isGood(device, certificate, now))
    .map(({ notAfter, endsAt }) => (endsAt && endsAt < notAfter ? endsAt : notAfter))
    .sort((one, other) => other.getTime() - one.getTime())[0];
}

export const DEVICES_HEAD = deviceRow('VEHICLE', 'STATUS', 'GROUP', 'DRIVER', 'GOOD UNTIL');

export function deviceLine(device: Device, now?: number): string {
  const until = goodUntil(device, now);
  return deviceRow(
    ...([device.vehicleId, device.status, device.group ?? '-', device.driver ?? '-'] as const),
    until ? dayOf(until) : 'no certificate',
  );
}

function deviceRow(vehicle: string, status: string, group: string, driver: string, until: string): string {
  const cells = [vehicle.padEnd(24), status.padEnd(8), group.padEnd(12), driver.padEnd(28), until];
  return cells.join('  ').trimEnd();
}

export function deviceStory(device: Device, now = Date.now()): string {
  const { vehicleId, status, group, driver, certificates, history } = device;
  return [
    `${vehicleId} is ${status}`,
    `group   ${group ?? '-'}`,
    `driver  ${driver ?? '-'}`,
    '',
    ...certificates.map((certificate) => certificateLine(device, certificate, now)),
    '',
    ...history.map(
      ({ at, action, by, comment }) =>
        `${at.toISOString()}  ${action.padEnd(8)}  by ${by}${comment === undefined ? '' : `: ${comment}`}`,
    ),
  ].join('\n');
}

function certificateLine(device: Device, certificate: DeviceCertificate, now: number): string {
  const { serial, notBefore, notAfter } = certificate;
  return `certificate ${serial}  ${dayOf(notBefore)} to ${dayOf(notAfter)}  ${stateOf(device, certificate, now)}`;
}

function stateOf(device: Device, certificate: DeviceCertificate, now: number): string {
  const { endsAt, endReason, notAfter } = certificate;
  if (endsAt && hasEnded(certificate, now)) return `revoked ${dayOf(endsAt)} (${endReason})`;
  if (notAfter.getTime() <= now) return 'expired';
  if (device.status !== 'active') return device.status;
  return endsAt ? `good until ${endsAt.toISOString()}, when its successor stands alone` : 'good';
}

/** @param connections the newest, if they were asked for */
export function deviceJson(device: Device, connections?: readonly RecordedChange[]): string {
  return JSON.stringify({
    ...device,
    goodUntil: goodUntil(device)?.toISOString() ?? null,
    ...(connections && { connections }),
  });
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
