import { optional, readSecret, readTlsFiles, setting, urlOf, withDefault } from '@navora/runtime';
import type { IClientOptions } from 'mqtt';

/** The bridge's variables, and an operator's: the broker to publish to, and who we are there. */
export const mqttSettings = {
  mqttUrl: setting('NAVORA_MQTT_URL', withDefault(urlOf('mqtt', 'mqtts'), 'mqtt://127.0.0.1:1883')),
  mqttUsername: optional('NAVORA_MQTT_USERNAME', 'a user name'),
  mqttPasswordFile: optional('NAVORA_MQTT_PASSWORD_FILE', 'the path of a file'),
  mqttCaFile: optional('NAVORA_MQTT_CA_FILE', 'the path of a file'),
  mqttCertFile: optional('NAVORA_MQTT_CERT_FILE', 'the path of a file'),
  mqttKeyFile: optional('NAVORA_MQTT_KEY_FILE', 'the path of a file'),
  operatorCertFile: optional('NAVORA_OPERATOR_CERT_FILE', 'the path of a file'),
  operatorKeyFile: optional('NAVORA_OPERATOR_KEY_FILE', 'the path of a file'),
};

export interface MqttSettings {
  mqttUrl: string;
  mqttUsername: string | undefined;
  mqttPasswordFile: string | undefined;
  mqttCaFile: string | undefined;
  mqttCertFile: string | undefined;
  mqttKeyFile: string | undefined;
  /** Of an operator, who may what the bridge may not; without them those of the bridge. */
  operatorCertFile: string | undefined;
  operatorKeyFile: string | undefined;
}

/** Of a connection that is not made again by itself. */
export function mqttOptionsOf(settings: MqttSettings, clientId: string): IClientOptions {
  const { mqttUsername: username, mqttPasswordFile } = settings;
  const { ca, cert, key } = readTlsFiles({
    caFile: settings.mqttCaFile,
    certFile: settings.operatorCertFile ?? settings.mqttCertFile,
    keyFile: settings.operatorKeyFile ?? settings.mqttKeyFile,
  });
  return {
    clientId,
    protocolVersion: 5,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: 10_000,
    ...(username !== undefined && { username }),
    ...(mqttPasswordFile !== undefined && { password: readSecret(mqttPasswordFile) }),
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
  };
}
