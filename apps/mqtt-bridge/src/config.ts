import {
  adminPort,
  kafkaSettings,
  optional,
  readableFile,
  readConfiguration,
  readSecret,
  serviceSettings,
  setting,
  text,
  topicName,
  tlsFileSettings,
  urlOf,
  wholeNumber,
  withDefault,
} from '@navora/runtime';
import { TELEMETRY_TOPIC, TOPICS } from '@navora/schemas';
import { traceSettings } from '@navora/tracing';
import { TOPIC_PATTERN } from './vehicle-topic.js';

/** Exported for whoever checks that what deploys it sets nothing else. */
export const bridgeSettings = {
  ...serviceSettings,
  ...kafkaSettings,
  ...traceSettings,
  adminPort: adminPort(9101),
  readingsTopic: topicName('NAVORA_READINGS_TOPIC', TOPICS.readings),
  deadLettersTopic: topicName('NAVORA_DEAD_LETTERS_TOPIC', TOPICS.deadLetters),
  mqttUrl: setting('NAVORA_MQTT_URL', withDefault(urlOf('mqtt', 'mqtts'), 'mqtt://127.0.0.1:1883')),
  mqttClientId: setting(
    'NAVORA_MQTT_CLIENT_ID',
    withDefault(text(/^[A-Za-z0-9_-]{1,64}$/, 'a client id: letters, digits, _ and -'), 'navora-bridge'),
  ),
  mqttTopic: setting(
    'NAVORA_MQTT_TOPIC',
    withDefault(
      text(
        TOPIC_PATTERN,
        'a topic with {vehicleId} as one whole level, and neither wildcards nor a shared subscription ($share/…)',
      ),
      TELEMETRY_TOPIC,
    ),
  ),
  mqttDropsTopic: setting(
    'NAVORA_MQTT_DROPS_TOPIC',
    withDefault(
      text(/^[^+#]+$/, 'the topic where the broker counts what it drops, or "none"'),
      '$SYS/broker/publish/messages/dropped',
    ),
  ),
  mqttSessionExpirySeconds: setting(
    'NAVORA_MQTT_SESSION_EXPIRY_SECONDS',
    withDefault(wholeNumber({ min: 60, max: 0xffff_ffff }), 24 * 3600),
  ),
  mqttReceiveMaximum: setting(
    'NAVORA_MQTT_RECEIVE_MAXIMUM',
    withDefault(wholeNumber({ min: 1, max: 65_535 }), 2000),
  ),
  mqttKeepaliveSeconds: setting(
    'NAVORA_MQTT_KEEPALIVE_SECONDS',
    withDefault(wholeNumber({ min: 2, max: 65_535 }), 20),
  ),
  mqttHeartbeatSeconds: setting(
    'NAVORA_MQTT_HEARTBEAT_SECONDS',
    withDefault(wholeNumber({ min: 0, max: 3600 }), 10),
  ),
  mqttRetire: setting('NAVORA_MQTT_RETIRE', withDefault(text(/^(true|false)$/, 'true or false'), 'false')),
  mqttUsername: optional('NAVORA_MQTT_USERNAME', 'a user name'),
  mqttPasswordFile: readableFile('NAVORA_MQTT_PASSWORD_FILE'),
  ...tlsFileSettings('mqtt', 'MQTT'),
};

export type BridgeConfiguration = ReturnType<typeof readBridgeConfiguration>;

/** @throws ConfigurationError, also when a file that is named cannot be read. */
export function readBridgeConfiguration(environment?: Record<string, string | undefined>) {
  const values = readConfiguration(bridgeSettings, environment, 'bridge');
  const { mqttPasswordFile } = values;
  return {
    ...values,
    /** Takes what the broker keeps for this client id, ends the session, and is done. */
    mqttRetire: values.mqttRetire === 'true',
    mqttDropsTopic: values.mqttDropsTopic === 'none' ? undefined : values.mqttDropsTopic,
    /** Reads it anew: passwords are changed while we run. */
    mqttPassword:
      mqttPasswordFile === undefined ? undefined : () => Buffer.from(readSecret(mqttPasswordFile)),
  };
}
