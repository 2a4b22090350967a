import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cassandraYaml } from './cassandra-config.js';
import { exportLines } from './containers.js';
import { kafkaSettings, propertiesFile } from './kafka-config.js';
import { mosquittoConf } from './mosquitto-config.js';
import { preferredPorts } from './ports.js';
import { versions } from './versions.js';

const kafka = kafkaSettings({
  clients: '127.0.0.1:9092',
  advertised: '127.0.0.1:9092',
  controller: '127.0.0.1:19093',
  dataFolder: '/data',
});

describe("Kafka's configuration", () => {
  it('listens on the loopback address only', () => {
    expect(propertiesFile(kafka)).toContain(
      'listeners=PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:19093\n',
    );
  });

  it('creates no topic nobody asked for', () => {
    expect(propertiesFile(kafka)).toContain('auto.create.topics.enable=false\n');
  });

  it('is the same for the image, in the names its entry point reads', () => {
    expect(exportLines(kafka)).toContain("export KAFKA_AUTO_CREATE_TOPICS_ENABLE='false'\n");
  });
});

describe("Cassandra's configuration", () => {
  const yaml = cassandraYaml('navora-default', { ...preferredPorts, cassandra: 10042 }, '/data');

  it('acknowledges a row once it is on disk', () => {
    expect(yaml).toContain('commitlog_sync: group\ncommitlog_sync_group_window: 5ms\n');
  });

  it('settles conditional batches with the second version of Paxos', () => {
    expect(yaml).toContain('paxos_variant: v2\n');
  });

  it('listens on the loopback address, at the ports of the instance', () => {
    expect(yaml).toContain('rpc_address: 127.0.0.1\n');
    expect(yaml).toContain('native_transport_port: 10042\n');
  });
});

describe("mosquitto's configuration", () => {
  const conf = mosquittoConf('1883 127.0.0.1', '/data', 'navora');

  it('listens on the loopback address', () => {
    expect(conf).toContain('listener 1883 127.0.0.1\n');
  });

  it('drops nothing for want of a slot, and bounds what waits by its bytes', () => {
    expect(conf).toContain('max_inflight_messages 0\nmax_queued_messages 0\nmax_queued_bytes 1073741824\n');
  });

  it('refuses packets above 512 KiB', () => {
    expect(conf).toContain(`max_packet_size ${512 * 1024}\n`);
  });
});

describe('the versions', () => {
  it.each([
    ['kafka', 'kafka_2.13', versions.kafka],
    ['cassandra', 'cassandra-all', versions.cassandra],
    ['registry', 'apicurio-registry-app', versions.registry],
  ])('of %s as processes and as containers are the same', (folder, artifact, version) => {
    const pom = readFileSync(join(import.meta.dirname, '..', folder, 'pom.xml'), 'utf8');
    expect(pom).toMatch(new RegExp(`<artifactId>${artifact}</artifactId>\\s*<version>${version}</version>`));
  });
});
