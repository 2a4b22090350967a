import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { alertsSettings } from '../apps/alerts/src/config.js';
import { migrateSettings } from '../apps/cli/src/migrate.js';
import { bridgeSettings } from '../apps/mqtt-bridge/src/config.js';
import { processorSettings } from '../apps/processor/src/config.js';
import { cassandraChanges } from '../infra/local/src/containers.js';
import { kafkaSettings } from '../infra/local/src/kafka-config.js';
import { mosquittoConf } from '../infra/local/src/mosquitto-config.js';
import { preferredPorts } from '../infra/local/src/ports.js';
import { versions } from '../infra/local/src/versions.js';
import { readConfiguration } from '../libs/runtime/src/index.js';

const text = (file) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const compose = parse(text('infra/docker/compose.yaml'), { merge: true });

const SETTINGS = {
  bridge: bridgeSettings,
  processor: processorSettings,
  alerts: alertsSettings,
  migrate: migrateSettings,
};
/** Compose gives all the same addresses; who does not use one ignores it. */
const known = new Set(
  Object.values(SETTINGS).flatMap((settings) => Object.values(settings).map(({ variable }) => variable)),
);

describe('the compose file', () => {
  it('runs the versions of the local stack', () => {
    expect(compose.services).toMatchObject({
      kafka: { image: `apache/kafka:${versions.kafka}` },
      cassandra: { image: `cassandra:${versions.cassandra}` },
      registry: { image: `apicurio/apicurio-registry:${versions.registry}` },
      mqtt: { image: `eclipse-mosquitto:${versions.mqtt}` },
    });
  });

  it('has its ports on the loopback address', () => {
    const { kafka, cassandra, registry, mqtt } = preferredPorts;
    const published = Object.values(compose.services).flatMap(({ ports = [] }) =>
      ports.map((port) => port.split(':')),
    );
    expect(published.every(([host]) => host === '127.0.0.1')).toBe(true);
    const ports = published.map(([, port]) => Number(port));
    expect(ports).toEqual(expect.arrayContaining([kafka, cassandra, registry, mqtt, 9101, 9102, 9103]));
  });

  it('sets Kafka as the local stack does, but for its addresses', () => {
    const settings = kafkaSettings({ clients: '', advertised: '', controllers: [''], dataFolder: '' });
    const addresses = /^(listeners|advertised\.listeners|listener\.|controller\.|inter\.broker|log\.dirs)/;
    const wanted = Object.entries(settings)
      .filter(([name]) => !addresses.test(name))
      .map(([name, value]) => [`KAFKA_${name.toUpperCase().replaceAll('.', '_')}`, String(value)]);
    expect(compose.services.kafka.environment).toMatchObject(Object.fromEntries(wanted));
  });

  it('sets Cassandra and the MQTT broker as the local stack does', () => {
    expect(compose.configs.cassandra.content).toBe(`${cassandraChanges.join('\n')}\n`);
    expect(text('infra/docker/mosquitto/mosquitto.conf')).toBe(
      mosquittoConf('1883', '/mosquitto/data', 'mosquitto'),
    );
  });

  it('sets what services know, to values that they take', () => {
    for (const [service, settings] of Object.entries(SETTINGS)) {
      const { environment } = compose.services[service];
      expect([...known]).toEqual(expect.arrayContaining(Object.keys(environment)));
      expect(() => readConfiguration(settings, environment)).not.toThrow();
    }
  });

  it('starts services when what they need is healthy, and lets them end in peace', () => {
    for (const service of ['bridge', 'processor', 'alerts']) {
      const { depends_on, stop_grace_period } = compose.services[service];
      expect(depends_on.migrate).toEqual({ condition: 'service_completed_successfully' });
      expect(Number(stop_grace_period.replace('s', ''))).toBeGreaterThan(25);
    }
    for (const needed of Object.keys(compose.services.migrate.depends_on))
      expect(compose.services[needed].healthcheck, needed).toBeDefined();
  });
});
