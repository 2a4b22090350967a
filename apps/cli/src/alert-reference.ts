import { isVehicleId, parseMessageId } from '@navora/schemas';
import type { AlertKey } from './alert-actions.js';
import { CommandFailure } from './failure.js';

/** VEHICLE/ALERT_ID as people write it, or the alert id alone beside a vehicle. */
export function alertKeyOf(reference: string, vehicleFlag: string | undefined): AlertKey {
  const [before, after] = reference.split('/');
  const vehicleId = vehicleFlag ?? (after === undefined ? undefined : before);
  const alertId = parseMessageId(after ?? before ?? '');
  if (alertId === undefined)
    throw new CommandFailure(`"${reference}" is no alert: an alert id is a UUID, as \`alerts list\` shows`);
  if (vehicleId === undefined) {
    throw new CommandFailure(
      `alerts are kept by vehicle: name it too, as VEHICLE/${alertId} or with --vehicle VEHICLE`,
    );
  }
  requireVehicleId(vehicleId);
  return { vehicleId, alertId };
}

export function requireVehicleId(vehicle: string): void {
  if (!isVehicleId(vehicle))
    throw new CommandFailure(`"${vehicle}" is no vehicle id: 1 to 64 letters, digits, _ and -`);
}

export function unknownAlert({ vehicleId, alertId }: AlertKey): CommandFailure {
  return new CommandFailure(`vehicle ${vehicleId} has no alert ${alertId}`);
}
