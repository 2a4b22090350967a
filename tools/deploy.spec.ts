import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { alertsSettings } from '../apps/alerts/src/config.js';
import { KAFKA_GRANTS } from '../apps/cli/src/grants.js';
import { loadNotifications } from '../apps/alerts/src/notifications-file.js';
import { migrateSettings } from '../apps/cli/src/migrate.js';
import { bridgeSettings } from '../apps/mqtt-bridge/src/config.js';
import { processorSettings } from '../apps/processor/src/config.js';
import { cassandraChanges } from '../infra/local/src/containers.js';
import { kafkaSettings } from '../infra/local/src/kafka-config.js';
import { mosquittoConf } from '../infra/local/src/mosquitto-config.js';
import { preferredPorts } from '../infra/local/src/ports.js';
import { versions } from '../infra/local/src/versions.js';
import { parseRules } from '../libs/rules/src/index.js';
import { TOPIC_LAYOUT } from '../libs/schemas/src/index.js';
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

describe('the version', () => {
  it('is the same wherever a release writes it', () => {
    const { version } = JSON.parse(text('package.json'));
    expect(parse(text('infra/helm/navora/Chart.yaml'))).toMatchObject({ version, appVersion: version });
    expect(text('apps/cli/src/program.ts')).toContain(`.version('${version}') // x-release-please-version`);
    expect(JSON.parse(text('.github/release-please/manifest.json'))).toEqual({ '.': version });
    const { packages } = JSON.parse(text('.github/release-please/config.json'));
    for (const { path } of packages['.']['extra-files']) expect(() => text(path)).not.toThrow();
  });
});

describe('the workflows', () => {
  const files = readdirSync(new URL('../.github/workflows', import.meta.url));
  const workflows = files.map((file) => parse(text(`.github/workflows/${file}`)));

  it('take each step of others by its commit', () => {
    const steps = workflows.flatMap(({ jobs }) => Object.values(jobs).flatMap((job) => job.steps));
    const uses = steps.flatMap((step) => step.uses ?? []);
    expect(uses.length).toBeGreaterThan(0);
    for (const step of uses) expect(step).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
  });

  it('may read and nothing else, unless a job says more', () => {
    for (const { permissions, on } of workflows) {
      expect(permissions).toEqual({ contents: 'read' });
      // It would run what strangers send, with our secrets.
      expect(Object.keys(on)).not.toContain('pull_request_target');
    }
  });
});

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

it('users of Strimzi may do what each service needs, and nothing else', () => {
  const words = {
    read: 'Read',
    write: 'Write',
    describe: 'Describe',
    'describe-configs': 'DescribeConfigs',
    delete: 'Delete',
  };
  const users = parseAllDocuments(text('infra/helm/navora/examples/strimzi-users.yaml')).map((one) =>
    one.toJS(),
  );
  const aclsOf = (service) =>
    users.find(({ metadata }) => metadata.name === `navora-${service}`)?.spec.authorization.acls;
  for (const service of ['bridge', 'processor', 'alerts', 'operator', 'erase']) {
    const granted = KAFKA_GRANTS[service].map(({ on, name, may }) => ({
      resource:
        on === 'groups beginning with' ? { type: 'group', name, patternType: 'prefix' } : { type: on, name },
      operations: may.map((right) => words[right]),
    }));
    expect(aclsOf(service), service).toEqual(granted);
  }
  for (const topic of Object.keys(TOPIC_LAYOUT))
    expect(aclsOf('migrate')).toContainEqual(
      expect.objectContaining({ resource: { type: 'topic', name: topic } }),
    );
});

describe.each(['small', 'production'])('the chart, as the example %s has it', (example) => {
  const resources = parseAllDocuments(text(`infra/helm/golden/${example}.yaml`))
    .map((document) => document.toJS())
    .filter((resource) => resource !== null);
  const named = (kind) => resources.filter((resource) => resource.kind === kind);
  const pods = resources
    .filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job', 'Pod'].includes(kind))
    .map((resource) => ({
      name: resource.metadata.name,
      spec: resource.spec.template?.spec ?? resource.spec,
    }));
  const containersOf = ({ spec }) => [...(spec.initContainers ?? []), ...spec.containers];
  const environmentOf = ({ env = [] }) =>
    Object.fromEntries(env.map(({ name, value }) => [name, value ?? 'from a secret']));

  it('sets what services know, to values that they take', () => {
    const ours = pods.flatMap(containersOf).filter(({ name }) => name in SETTINGS);
    expect(new Set(ours.map(({ name }) => name))).toEqual(new Set(Object.keys(SETTINGS)));
    for (const container of ours) {
      const settings = SETTINGS[container.name];
      const { NODE_OPTIONS, ...environment } = environmentOf(container);
      const variables = Object.values(settings).map(({ variable }) => variable);
      expect(variables).toEqual(expect.arrayContaining(Object.keys(environment)));
      // Their files are in the pod.
      const here = Object.entries(environment).filter(
        ([name, value]) => !(name.endsWith('_FILE') && value.startsWith('/etc/')),
      );
      expect(() => readConfiguration(settings, Object.fromEntries(here))).not.toThrow();
      expect(NODE_OPTIONS ?? '--max-old-space-size=1').toMatch(/--max-old-space-size=\d+/);
    }
  });

  it('mounts every file that it names', () => {
    for (const pod of pods) {
      const volumes = new Set((pod.spec.volumes ?? []).map(({ name }) => name));
      for (const container of containersOf(pod)) {
        const mounts = container.volumeMounts ?? [];
        for (const { name } of mounts) expect(volumes, pod.name).toContain(name);
        const files = Object.values(environmentOf(container)).filter((value) => value.startsWith('/etc/'));
        for (const file of files)
          expect(mounts.map(({ mountPath }) => mountPath)).toContain(file.replace(/\/[^/]+$/, ''));
      }
    }
  });

  it('gives a pod longer to end than it takes to drain', () => {
    for (const { spec } of pods) {
      for (const container of containersOf({ spec })) {
        const drainMs = Number(environmentOf(container).NAVORA_DRAIN_TIMEOUT_MS ?? 0);
        if (drainMs > 0) expect(spec.terminationGracePeriodSeconds * 1000).toBeGreaterThan(drainMs + 5000);
      }
    }
  });

  it('keeps to the restricted Pod Security Standard, and gives no pod a token', () => {
    for (const { name, spec } of pods) {
      expect(spec, name).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      for (const { securityContext } of containersOf({ spec }))
        expect(securityContext, name).toMatchObject({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
    }
  });

  it('gives each bridge a client id and a topic of its own', () => {
    const bridges = pods
      .flatMap(containersOf)
      .filter(({ name }) => name === 'bridge')
      .map(environmentOf);
    for (const variable of ['NAVORA_MQTT_CLIENT_ID', 'NAVORA_MQTT_TOPIC'])
      expect(new Set(bridges.map((environment) => environment[variable])).size).toBe(bridges.length);
    const beating = bridges.filter(
      ({ NAVORA_MQTT_HEARTBEAT_SECONDS }) => NAVORA_MQTT_HEARTBEAT_SECONDS !== '0',
    );
    expect(beating.length).toBe(bridges.length === 1 ? 1 : 0);
  });

  it('brings rules and notifications that the services understand', () => {
    for (const { metadata, data } of named('ConfigMap')) {
      if (metadata.name.endsWith('-rules'))
        expect(parseRules(data['rules.yaml'], 'rules.yaml').rules.length).toBeGreaterThan(0);
      if (!metadata.name.endsWith('-notifications')) continue;
      const folder = mkdtempSync(join(tmpdir(), 'navora-chart-'));
      writeFileSync(join(folder, 'notifications.yaml'), data['notifications.yaml']);
      writeFileSync(join(folder, 'smtp-password'), 'of the secret that is mounted beside it');
      expect(loadNotifications(join(folder, 'notifications.yaml')).routes.length).toBeGreaterThan(0);
      rmSync(folder, { recursive: true });
    }
  });

  it('scales to no more than there are partitions', () => {
    for (const { spec } of named('ScaledObject'))
      expect(spec.maxReplicaCount).toBeLessThanOrEqual(TOPIC_LAYOUT['telemetry.readings.v1'].partitions);
  });
});
