import type { RevocationReason } from '@navora/identity';
import type { types } from 'cassandra-driver';
import type { Device, DeviceAction, DeviceActionName, DeviceCertificate, DeviceStatus } from './device.js';

/** @param rows of one partition, one or more, in its order */
export function deviceFrom(rows: readonly types.Row[]): Device {
  const first = rows[0] as types.Row;
  const group = first['fleet_group'] as string | null;
  const driver = first['driver'] as string | null;
  return {
    vehicleId: first['vehicle_id'] as string,
    status: first['status'] as DeviceStatus,
    ...(group !== null && { group }),
    ...(driver !== null && { driver }),
    certificates: rows.filter((row) => row['serial'] !== null).map(certificateFrom),
    history: rows.map(actionFrom),
  };
}

function certificateFrom(row: types.Row): DeviceCertificate {
  const endsAt = row['ends_at'] as Date | null;
  const endReason = row['end_reason'] as RevocationReason | null;
  return {
    number: row['number'] as number,
    authority: row['authority'] as string,
    serial: row['serial'] as string,
    fingerprint: row['fingerprint'] as string,
    notBefore: row['not_before'] as Date,
    notAfter: row['not_after'] as Date,
    ...(endsAt !== null && { endsAt }),
    ...(endReason !== null && { endReason }),
  };
}

function actionFrom(row: types.Row): DeviceAction {
  const comment = row['comment'] as string | null;
  return {
    number: row['number'] as number,
    action: row['action'] as DeviceActionName,
    at: row['at'] as Date,
    by: row['by'] as string,
    ...(comment !== null && { comment }),
  };
}
