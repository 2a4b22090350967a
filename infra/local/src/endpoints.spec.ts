import { describe, expect, it } from 'vitest';
import { endpointsAt, envFile, servicesEnv } from './endpoints.js';
import { preferredPorts } from './ports.js';

describe('the environment of the services', () => {
  it('names every endpoint', () => {
    expect(servicesEnv(endpointsAt('default', preferredPorts))).toEqual({
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
    expect(servicesEnv(endpointsAt('default', preferredPorts, 3))).toMatchObject({
      NAVORA_KAFKA_BROKERS: '127.0.0.1:9092,127.0.0.2:9092,127.0.0.3:9092',
      NAVORA_CASSANDRA_CONTACT_POINTS: '127.0.0.1,127.0.0.2,127.0.0.3',
      NAVORA_CASSANDRA_PORT: '9042',
      NAVORA_TOPIC_REPLICATION: '3',
      NAVORA_KEYSPACE_REPLICATION: '3',
    });
  });

  it('names no link where there is none', () => {
    const endpoints = endpointsAt('default', preferredPorts);
    endpoints.kafka.links = null;
    expect(servicesEnv(endpoints)).not.toHaveProperty('NAVORA_KAFKA_LINK');
  });

  it('lists brokers and contact points with commas', () => {
    const endpoints = endpointsAt('default', preferredPorts);
    endpoints.kafka.brokers = ['a:1', 'b:2'];
    expect(servicesEnv(endpoints)['NAVORA_KAFKA_BROKERS']).toBe('a:1,b:2');
  });

  it('is a file of KEY=value lines', () => {
    const lines = envFile(endpointsAt('default', preferredPorts, 3))
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(9);
    expect(lines.every((line) => /^NAVORA_[A-Z_]+=\S+$/.test(line))).toBe(true);
  });
});
