import { readFileSync } from 'node:fs';
import { newKeyPair, openAuthority, privateKeyPem } from '@navora/identity';
import type { BrokerAccess } from '@navora/simulator';
import { CommandFailure } from './failure.js';

export interface VehicleAuthority {
  /** Folder of the authority that issues vehicles' certificates; undefined: there is none at hand. */
  devicesAuthority: string | undefined;
  /** PEM file; undefined: the well-known authorities count. */
  brokerCaFile: string | undefined;
}

const SIMULATED_DAYS = 1;

/**
 * How simulated vehicles get in: with TLS each has a certificate of its own, made when it first connects and not
 * registered. All have one key, since making thousands would take longer than the fleet's run.
 *
 * @throws CommandFailure
 */
export async function accessOfVehicles(
  mqttUrl: string,
  { devicesAuthority, brokerCaFile }: VehicleAuthority,
): Promise<BrokerAccess> {
  if (!mqttUrl.startsWith('mqtts:')) return { mqttUrl };
  if (devicesAuthority === undefined) {
    throw new CommandFailure(
      `${mqttUrl} wants certificates, and there is no authority at hand to issue them: set NAVORA_DEVICES_AUTHORITY to its folder.`,
    );
  }
  const authority = await openAuthority(devicesAuthority);
  const keys = await newKeyPair();
  const key = privateKeyPem(keys.privateKey);
  const certificates = new Map<string, Promise<string>>();
  const certificateOf = (vehicleId: string): Promise<string> => {
    const wish = { commonName: vehicleId, publicKey: keys.publicKey, days: SIMULATED_DAYS };
    const issued = authority.issue({ ...wish, purpose: { kind: 'device' } }).then(({ pem }) => pem);
    certificates.set(vehicleId, issued);
    return issued;
  };
  return {
    mqttUrl,
    mqttOptions: brokerCaFile === undefined ? {} : { ca: readFileSync(brokerCaFile) },
    credentialsOf: async (vehicleId) => ({
      cert: await (certificates.get(vehicleId) ?? certificateOf(vehicleId)),
      key,
    }),
  };
}
