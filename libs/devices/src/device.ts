import type { RevocationReason } from '@navora/identity';
import { isVehicleId } from '@navora/schemas';

/** `active` devices may connect; `disabled` ones not until they are enabled; `revoked` ones not with any certificate they have. */
export type DeviceStatus = 'active' | 'disabled' | 'revoked';

export type DeviceActionName = 'added' | 'changed' | 'rotated' | 'disabled' | 'enabled' | 'revoked';

export interface DeviceCertificate {
  /** Of the thing done that issued it. */
  number: number;
  /** Fingerprint of the authority that signed it. */
  authority: string;
  serial: string;
  fingerprint: string;
  notBefore: Date;
  notAfter: Date;
  /** From then on it is on the list of revoked ones; undefined: good until `notAfter`. */
  endsAt?: Date;
  endReason?: RevocationReason;
}

/** One thing that somebody did. */
export interface DeviceAction {
  number: number;
  action: DeviceActionName;
  at: Date;
  by: string;
  comment?: string;
}

/** What an operator says of a device. */
export interface DeviceFacts {
  group?: string;
  /** The e-mail address of who drives it. */
  driver?: string;
}

export interface Device extends DeviceFacts {
  vehicleId: string;
  status: DeviceStatus;
  certificates: DeviceCertificate[];
  history: DeviceAction[];
}

/** Without those that nobody said. */
export function factsOf({ group, driver }: { [K in keyof DeviceFacts]?: string | undefined }): DeviceFacts {
  return { ...(group !== undefined && { group }), ...(driver !== undefined && { driver }) };
}

/**
 * Of our own clients at the broker. It tells names apart by listener, and client ids not at all: a vehicle that is called
 * as the bridge is would take over its session, with the messages that wait in it.
 */
const OURS = /^navora-/i;

/** Why it names no device; undefined when it may. */
export function idProblem(vehicleId: string): string | undefined {
  if (!isVehicleId(vehicleId)) return `"${vehicleId}" is no vehicle id: letters, digits, _ and -, at most 64`;
  if (OURS.test(vehicleId))
    return `"${vehicleId}" is no id for a vehicle: navora-… are our own clients at the broker`;
  return undefined;
}

/** One sentence about what cannot be done, for who asked for it. */
export class DeviceError extends Error {
  override name = 'DeviceError';
}

/** Whether it lets its device connect now. */
export function isGood(device: Device, certificate: DeviceCertificate, now = Date.now()): boolean {
  return device.status === 'active' && certificate.notAfter.getTime() > now && !hasEnded(certificate, now);
}

export function hasEnded({ endsAt }: DeviceCertificate, now = Date.now()): boolean {
  return endsAt !== undefined && endsAt.getTime() <= now;
}
