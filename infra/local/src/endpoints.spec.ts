import { describe, expect, it } from 'vitest';
import { endpointsAt, envFile, servicesEnv } from './endpoints.js';
import { instanceAt } from './instance.js';
import { preferredPorts } from './ports.js';
import { stackTls } from './stack-tls.js';

describe('the environment of the services', () => {
  it('names every endpoint', () => {
    expect(servicesEnv(endpointsAt('default', { ports: preferredPorts, nodes: 1, tls: null }))).toEqual({
      NAVORA_KAFKA_BROKERS: '127.0.0.1:9092',
      NAVORA_CASSANDRA_CONTACT_POINTS: '127.0.0.1',
      NAVORA_CASSANDRA_PORT: '9042',
      NAVORA_CASSANDRA_DATA_CENTER: 'datacenter1',
      NAVORA_REGISTRY_URL: 'http://127.0.0.1:8081/apis/ccompat/v7',
      NAVORA_MQTT_URL: 'mqtt://127.0.0.1:1883',
      NAVORA_KAFKA_LINK: '9192:9292',
    });
  });

  it('names all nodes, and asks for a copy on each', () => {
    expect(servicesEnv(endpointsAt('default', { ports: preferredPorts, nodes: 3, tls: null }))).toMatchObject(
      {
        NAVORA_KAFKA_BROKERS: '127.0.0.1:9092,127.0.0.2:9092,127.0.0.3:9092',
        NAVORA_CASSANDRA_CONTACT_POINTS: '127.0.0.1,127.0.0.2,127.0.0.3',
        NAVORA_CASSANDRA_PORT: '9042',
        NAVORA_TOPIC_REPLICATION: '3',
        NAVORA_KEYSPACE_REPLICATION: '3',
      },
    );
  });

  it('names each door of a broker with TLS, and what opens it', () => {
    const tls = stackTls(instanceAt('/home', 'default'));
    const environment = servicesEnv(endpointsAt('default', { ports: preferredPorts, nodes: 1, tls }));
    expect(environment).toMatchObject({
      NAVORA_MQTT_URL: 'mqtts://127.0.0.1:8884',
      NAVORA_VEHICLES_MQTT_URL: 'mqtts://127.0.0.1:8883',
      NAVORA_MQTT_CA_FILE: '/home/stacks/default/tls/services/ca.crt',
      NAVORA_MQTT_CERT_FILE: '/home/stacks/default/tls/navora-bridge.crt',
      NAVORA_OPERATOR_KEY_FILE: '/home/stacks/default/tls/navora-operator.key',
      NAVORA_KAFKA_KEY_FILE: '/home/stacks/default/tls/navora-{service}.key',
      NAVORA_CASSANDRA_USERNAME: 'navora_{service}',
      NAVORA_CASSANDRA_PASSWORD_FILE: '/home/stacks/default/tls/navora-{service}.password',
      NAVORA_DEVICES_AUTHORITY: '/home/stacks/default/tls/devices',
      NAVORA_REVOKED_FILE: '/home/stacks/default/data/mqtt/revoked.crl',
      NAVORA_BROKER_LOG: '/home/stacks/default/logs/mqtt.log',
    });
  });

  it('names no link where there is none', () => {
    const endpoints = endpointsAt('default', { ports: preferredPorts, nodes: 1, tls: null });
    endpoints.kafka.links = null;
    expect(servicesEnv(endpoints)).not.toHaveProperty('NAVORA_KAFKA_LINK');
  });

  it('lists brokers and contact points with commas', () => {
    const endpoints = endpointsAt('default', { ports: preferredPorts, nodes: 1, tls: null });
    endpoints.kafka.brokers = ['a:1', 'b:2'];
    expect(servicesEnv(endpoints)['NAVORA_KAFKA_BROKERS']).toBe('a:1,b:2');
  });

  it('is a file of KEY=value lines', () => {
    const lines = envFile(endpointsAt('default', { ports: preferredPorts, nodes: 3, tls: null }))
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(9);
    expect(lines.every((line) => /^NAVORA_[A-Z_]+=\S+$/.test(line))).toBe(true);
  });
});
