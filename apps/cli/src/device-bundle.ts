import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Credentials } from '@navora/devices';
import { CommandFailure } from './failure.js';

/** What a device must know of the broker. */
export interface BrokerFacts {
  /** `mqtts://host:port` */
  url: string;
  /** PEM: whom to trust as the broker; undefined: the well-known authorities. */
  ca: string | undefined;
  /** Holds `{vehicleId}`. */
  topicPattern: string;
}

/** @throws CommandFailure when there is one already: its key may be the only copy. */
export function newBundleFolder(out: string, vehicleId: string): { folder: string; discard(): void } {
  const folder = join(out, vehicleId);
  if (existsSync(folder))
    throw new CommandFailure(`${folder} is there already: name another folder with --out, or remove it`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return { folder, discard: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Everything that any MQTT client needs to connect as this device.
 *
 * @throws CommandFailure when it cannot be written: the device is registered then, and nobody has its key.
 */
export function writeBundle(folder: string, credentials: Credentials, broker: BrokerFacts): void {
  const { vehicleId } = credentials.device;
  try {
    writeFiles(folder, credentials, broker);
  } catch (error) {
    throw new CommandFailure(
      `${vehicleId} is registered, but its bundle could not be written to ${folder} (${(error as NodeJS.ErrnoException).code}): give it another certificate, navora devices rotate ${vehicleId} --overlap 0s`,
    );
  }
}

function writeFiles(folder: string, credentials: Credentials, broker: BrokerFacts): void {
  const { device, certificate, privateKey } = credentials;
  if (privateKey !== undefined) writeFileSync(join(folder, 'device.key'), privateKey, { mode: 0o600 });
  writeFileSync(join(folder, 'device.crt'), certificate);
  if (broker.ca !== undefined) writeFileSync(join(folder, 'broker-ca.crt'), broker.ca);
  writeFileSync(
    join(folder, 'device.json'),
    `${JSON.stringify(factsOf(device.vehicleId, broker), null, 2)}\n`,
  );
}

function factsOf(vehicleId: string, { url, ca, topicPattern }: BrokerFacts) {
  const { hostname, port } = new URL(url);
  return {
    vehicleId,
    broker: { url, host: hostname, port: Number(port || 8883) },
    clientId: vehicleId,
    topic: topicPattern.replace('{vehicleId}', vehicleId),
    qos: 1,
    certificate: 'device.crt',
    key: 'device.key',
    ...(ca !== undefined && { brokerCa: 'broker-ca.crt' }),
  };
}
