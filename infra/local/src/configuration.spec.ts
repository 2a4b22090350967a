import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cassandraYaml } from './cassandra-config.js';
import { exportLines } from './containers.js';
import { kafkaSettings, propertiesFile } from './kafka-config.js';
import { mosquittoConf, secureMosquittoConf, servicesAcl, vehiclesAcl } from './mosquitto-config.js';
import { preferredPorts } from './ports.js';
import { versions } from './versions.js';

const kafka = kafkaSettings({
  clients: '127.0.0.1:9092',
  advertised: '127.0.0.1:9092',
  linked: { clients: '127.0.0.1:9192', advertised: '127.0.0.1:9292' },
  controllers: ['127.0.0.1:19093'],
  dataFolder: '/data',
});

describe("Kafka's configuration", () => {
  it('listens on the loopback address only', () => {
    expect(propertiesFile(kafka)).toContain(
      'listeners=CLIENTS://127.0.0.1:9092,LINKED://127.0.0.1:9192,CONTROLLER://127.0.0.1:19093\n',
    );
  });

  it('sends clients of its second listener to where a link may be put in their way', () => {
    expect(propertiesFile(kafka)).toContain(
      'advertised.listeners=CLIENTS://127.0.0.1:9092,LINKED://127.0.0.1:9292\n',
    );
  });

  it('waits for its quorum as long as a start may take', () => {
    expect(propertiesFile(kafka)).toContain('initial.broker.registration.timeout.ms=240000\n');
  });

  it('keeps one copy of everything when there is one node', () => {
    expect(kafka).toMatchObject({
      'controller.quorum.voters': '1@127.0.0.1:19093',
      'offsets.topic.replication.factor': 1,
      'min.insync.replicas': 1,
    });
  });

  it('keeps a copy of every topic on each of three nodes, its own topics too, and may lose one', () => {
    const controllers = ['127.0.0.1:9', '127.0.0.2:9', '127.0.0.3:9'];
    const second = kafkaSettings(
      { clients: '127.0.0.2:9092', advertised: '127.0.0.2:9092', controllers, dataFolder: '/data' },
      2,
    );
    expect(second).toMatchObject({
      'node.id': 2,
      'controller.quorum.voters': '1@127.0.0.1:9,2@127.0.0.2:9,3@127.0.0.3:9',
      listeners: 'CLIENTS://127.0.0.2:9092,CONTROLLER://127.0.0.2:9',
      'default.replication.factor': 3,
      'min.insync.replicas': 2,
      'offsets.topic.replication.factor': 3,
      'transaction.state.log.replication.factor': 3,
      'transaction.state.log.min.isr': 2,
      'share.coordinator.state.topic.replication.factor': 3,
      'share.coordinator.state.topic.min.isr': 2,
    });
  });

  it('creates no topic nobody asked for', () => {
    expect(propertiesFile(kafka)).toContain('auto.create.topics.enable=false\n');
  });

  it('with TLS lets in nobody without a certificate, and lets nobody do what was not granted', () => {
    const secure = { keystore: '/k.pem', truststore: '/t.pem', superUsers: ['kafka', 'navora-admin'] };
    const settings = kafkaSettings({
      ...{ clients: '127.0.0.1:9092', advertised: '127.0.0.1:9092', dataFolder: '/data', secure },
      controllers: ['127.0.0.1:19093'],
    });
    expect(settings).toMatchObject({
      'listener.security.protocol.map': 'CLIENTS:SSL,LINKED:SSL,CONTROLLER:SSL',
      'ssl.client.auth': 'required',
      'ssl.enabled.protocols': 'TLSv1.3,TLSv1.2',
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'allow.everyone.if.no.acl.found': false,
      'super.users': 'User:kafka;User:navora-admin',
    });
    expect(kafka).not.toHaveProperty(['authorizer.class.name']);
  });

  it('is the same for the image, in the names its entry point reads', () => {
    expect(exportLines(kafka)).toContain("export KAFKA_AUTO_CREATE_TOPICS_ENABLE='false'\n");
  });
});

describe("Cassandra's configuration", () => {
  const place = {
    clusterName: 'navora-default',
    ports: { ...preferredPorts, cassandra: 10042 },
    dataFolder: '/data',
    node: 1,
    nodes: 1,
    directWrites: true,
    commitLog: 'group',
  } as const;
  const yaml = cassandraYaml(place);

  it('acknowledges a row once it is on disk', () => {
    expect(yaml).toContain('commitlog_sync: group\ncommitlog_sync_group_window: 3ms\n');
  });

  it('leaves rows it has acknowledged to the page cache when it is told to', () => {
    const lax = cassandraYaml({ ...place, commitLog: 'periodic' });
    expect(lax).toContain('commitlog_sync: periodic\ncommitlog_sync_period: 10s\n');
    expect(lax).not.toContain('commitlog_sync_group');
  });

  it('writes its commit log past the page cache where the disk takes that', () => {
    expect(yaml).toContain('commitlog_disk_access_mode: direct\n');
    expect(cassandraYaml({ ...place, directWrites: false })).toContain('commitlog_disk_access_mode: mmap\n');
  });

  it('ends when its disk fails', () => {
    expect(yaml).toContain('disk_failure_policy: die\ncommit_failure_policy: die\n');
  });

  it('settles conditional batches with the second version of Paxos', () => {
    expect(yaml).toContain('paxos_variant: v2\n');
  });

  it('listens on the loopback address, at the ports of the instance', () => {
    expect(yaml).toContain('rpc_address: 127.0.0.1\n');
    expect(yaml).toContain('native_transport_port: 10042\n');
  });

  it('with TLS lets in nobody in plain text or without a password, and its nodes by their certificates', () => {
    const secure = cassandraYaml({ ...place, secure: { keystore: '/k.pem', truststore: '/t.pem' } });
    expect(secure).toContain('authenticator: PasswordAuthenticator\nauthorizer: CassandraAuthorizer\n');
    expect(secure).toContain('client_encryption_options:\n  enabled: true\n  optional: false\n');
    expect(secure).toContain('  internode_encryption: all\n  require_client_auth: true\n');
    expect(yaml).not.toContain('encryption');
  });

  it('gives three nodes an address, an equal part of the ring and all seeds each', () => {
    const yamls = [1, 2, 3].map((node) => cassandraYaml({ ...place, node, nodes: 3 }));
    expect(yamls[0]).toContain('write_request_timeout: 4000ms\ncas_contention_timeout: 3500ms\n');
    expect(yaml).not.toContain('timeout');
    const valuesOf = (key: string) => yamls.map((one) => new RegExp(`${key}: (.*)`).exec(one)?.[1]);
    expect(valuesOf('listen_address')).toEqual(['127.0.0.1', '127.0.0.2', '127.0.0.3']);
    expect(valuesOf('initial_token')).toEqual([
      "'-9223372036854775808'",
      "'-3074457345618258603'",
      "'3074457345618258602'",
    ]);
    expect(new Set(valuesOf('seeds'))).toEqual(new Set(['127.0.0.1:7000,127.0.0.2:7000,127.0.0.3:7000']));
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

describe("mosquitto's configuration with TLS", () => {
  const conf = secureMosquittoConf(
    {
      ...{ vehicles: '8883 127.0.0.1', services: '8884 127.0.0.1', revoked: '/revoked.crl' },
      ...{
        server: { cert: '/mqtt.crt', key: '/mqtt.key' },
        devicesCa: '/devices.crt',
        servicesCa: '/services.crt',
      },
      ...{ vehiclesAclFile: '/vehicles.acl', servicesAclFile: '/services.acl', log: '/logs/mqtt.log' },
    },
    '/data',
    'navora',
  );
  const [head = '', vehicles = '', services = ''] = conf.split(/^listener /m);

  it('has two listeners, each with an authority and rules of its own, and no other', () => {
    expect(conf.match(/^listener .*$/gm)).toEqual(['listener 8883 127.0.0.1', 'listener 8884 127.0.0.1']);
    expect(head).toContain('per_listener_settings true\n');
    expect(vehicles).toContain('cafile /devices.crt\n');
    expect(vehicles).toContain('acl_file /vehicles.acl\n');
    expect(services).toContain('cafile /services.crt\n');
    expect(services).toContain('acl_file /services.acl\n');
  });

  it('takes nobody without a certificate, and nobody for somebody else', () => {
    for (const listener of [vehicles, services])
      for (const line of [
        'require_certificate true',
        'use_identity_as_username true',
        'allow_anonymous false',
      ])
        expect(listener).toContain(`${line}\n`);
    expect(vehicles).toContain('use_username_as_clientid true\n');
    expect(vehicles).toContain('crlfile /revoked.crl\n');
  });

  it('is for the rest as it is in plain text', () => {
    const [, common] = mosquittoConf('1883', '/data', 'navora').split(/allow_anonymous true\n|log_dest/);
    expect(conf).toContain(common ?? 'nothing in common');
  });

  it('writes line by line who comes and goes, with the zone of its times', () => {
    expect(conf).toContain('log_dest file /logs/mqtt.log\nconnection_messages true\n');
    expect(conf).toContain('log_timestamp_format %Y-%m-%dT%H:%M:%S%z\n');
    for (const type of ['error', 'notice', 'information', 'subscribe'])
      expect(conf).toContain(`log_type ${type}\n`);
    expect(conf).not.toContain('log_type debug');
  });

  it('lets a vehicle write to its own topic, the bridge read, and an operator write', () => {
    expect(vehiclesAcl).toBe('pattern write vehicles/%u/telemetry\n');
    expect(servicesAcl).toContain('user navora-bridge\ntopic read vehicles/+/telemetry\n');
    expect(servicesAcl).toContain('user navora-operator\ntopic write vehicles/+/telemetry\n');
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
