import { readFileSync } from 'node:fs';
import { principalOf, servicesEnv, type CertificateFiles, type StackEndpoints } from '@navora/local-stack';
import { cassandraSettings, kafkaSettings, readConfiguration } from '@navora/runtime';
import { TELEMETRY_TOPIC } from '@navora/schemas';
import type { IClientOptions } from 'mqtt';

/** Who we are in Kafka and Cassandra: whoever may make topics and tables may do what the sides need with them. */
const EVERYWHERE = 'migrate';

/** How a stack with TLS is reached, on which nobody is let in without a certificate. */
export interface Identity {
  /** Of a service that is a side: files, user and password, by the names of its settings. */
  environment: Record<string, string>;
  /** The MQTT broker lets the bridge have this session, and read this topic, and no others. */
  clientId: string;
  mqttTopic: string;
  /** Of connections to the MQTT broker in the bridge's name, and of one that sends in the vehicles'. */
  asBridge: IClientOptions;
  asVehicles: IClientOptions;
}

/** Undefined for a stack in plain text. */
export function identityOn(endpoints: StackEndpoints): Identity | undefined {
  const { tls } = endpoints;
  if (!tls) return undefined;
  const credentials = ({ cert, key }: CertificateFiles): IClientOptions => ({
    ca: readFileSync(tls.servicesCa),
    cert: readFileSync(cert),
    key: readFileSync(key),
  });
  const secrets = Object.entries(servicesEnv(endpoints)).filter(([name]) =>
    /^NAVORA_(MQTT|KAFKA|CASSANDRA|REGISTRY)_(.*FILE|USERNAME)$/.test(name),
  );
  return {
    environment: Object.fromEntries(
      secrets.map(([name, value]) => [name, value.replace('{service}', EVERYWHERE)]),
    ),
    clientId: principalOf('bridge'),
    mqttTopic: TELEMETRY_TOPIC,
    asBridge: credentials(tls.clients.bridge),
    asVehicles: credentials(tls.clients.operator),
  };
}

/** What our own clients of Kafka, Cassandra and the registry are told, where it is not the address. */
export function accessBy(identity: Identity | undefined) {
  return readConfiguration(
    { ...kafkaSettings, ...cassandraSettings },
    identity?.environment ?? {},
    EVERYWHERE,
  );
}
