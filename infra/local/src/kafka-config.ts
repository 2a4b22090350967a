export interface KafkaAddresses {
  /** Where it listens for clients, and what it tells them its address is. */
  clients: string;
  advertised: string;
  /** A second listener for clients, and where it sends them instead of to itself. */
  linked?: { clients: string; advertised: string };
  /** Left out: plain text, and everybody may do anything. */
  secure?: KafkaSecurity | undefined;
  /** Of all nodes, in the order of their ids. */
  controllers: string[];
  dataFolder: string;
}

export interface KafkaSecurity {
  /** PEM file: the node's key, then its certificate. */
  keystore: string;
  /** PEM file of the authority of nodes and clients. */
  truststore: string;
  /** By the names in their certificates: nodes, and whoever may do anything. */
  superUsers: string[];
}

type Settings = Record<string, string | number | boolean>;

/**
 * One node that is broker and controller. What is not said here is Kafka's default on purpose. With several nodes
 * every topic, also the internal ones, has a copy on each, and `acks=all` means all but one at least.
 */
export function kafkaSettings(
  { clients, advertised, linked, secure, controllers, dataFolder }: KafkaAddresses,
  nodeId = 1,
): Settings {
  const copies = controllers.length;
  const inSync = Math.max(1, copies - 1);
  const controller = controllers[nodeId - 1];
  const protocol = secure ? 'SSL' : 'PLAINTEXT';
  const listeners = [`CLIENTS://${clients}`, ...(linked ? [`LINKED://${linked.clients}`] : [])];
  const advertisedListeners = [
    `CLIENTS://${advertised}`,
    ...(linked ? [`LINKED://${linked.advertised}`] : []),
  ];
  return {
    'process.roles': 'broker,controller',
    'node.id': nodeId,
    'controller.quorum.voters': controllers.map((address, index) => `${index + 1}@${address}`).join(','),
    listeners: [...listeners, `CONTROLLER://${controller}`].join(','),
    'advertised.listeners': advertisedListeners.join(','),
    'inter.broker.listener.name': 'CLIENTS',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': ['CLIENTS', 'LINKED', 'CONTROLLER']
      .map((listener) => `${listener}:${protocol}`)
      .join(','),
    ...(secure ? securitySettings(secure) : {}),
    'log.dirs': dataFolder,
    // A topic nobody created is a mistake to see, not to paper over.
    'auto.create.topics.enable': false,
    'default.replication.factor': copies,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': copies,
    'offsets.topic.num.partitions': 8,
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': copies,
    'share.coordinator.state.topic.min.isr': inSync,
    'share.coordinator.state.topic.num.partitions': 4,
    // A broker that was killed may register again only when its session is over: 9 s by default.
    'broker.session.timeout.ms': 6_000,
    'broker.heartbeat.interval.ms': 1_000,
    // Where many start at once on few processors, the quorum may take longer than the usual minute to be there.
    'initial.broker.registration.timeout.ms': 240_000,
    'group.initial.rebalance.delay.ms': 0,
    // Topics may raise max.message.bytes to 2 MiB: the broker's own limits must not be the lower ones.
    'replica.fetch.max.bytes': 4 * 1024 * 1024,
    // The default of 128 MiB is a quarter of this heap.
    'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
  };
}

/** Nobody without a certificate, and nobody who was not granted it does anything. */
function securitySettings({ keystore, truststore, superUsers }: KafkaSecurity): Settings {
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keystore,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': truststore,
    'ssl.client.auth': 'required',
    'ssl.enabled.protocols': 'TLSv1.3,TLSv1.2',
    'ssl.principal.mapping.rules': 'RULE:^CN=([A-Za-z0-9_-]+)$/$1/,DEFAULT',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': false,
    'super.users': superUsers.map((name) => `User:${name}`).join(';'),
  };
}

export const kafkaLogging = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %-5p %c{1} %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
# Each prints every one of its settings at every start.
logger.config.name = org.apache.kafka.common.config.AbstractConfig
logger.config.level = warn
logger.kafkaconfig.name = kafka.server.KafkaConfig
logger.kafkaconfig.level = warn
`;

export function propertiesFile(settings: Settings): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
