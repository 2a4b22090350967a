import type { OwnSecureBroker } from '@navora/local-stack';

/** With these the bridge gets in at a broker with TLS. */
export function bridgeSettings({ servicesUrl, tls }: OwnSecureBroker): Record<string, string> {
  return {
    NAVORA_MQTT_URL: servicesUrl,
    NAVORA_MQTT_CA_FILE: tls.servicesCa,
    NAVORA_MQTT_CERT_FILE: tls.clients.bridge.cert,
    NAVORA_MQTT_KEY_FILE: tls.clients.bridge.key,
  };
}

/** With these an operator does, and registers devices. */
export function operatorSettings({ url, servicesUrl, tls }: OwnSecureBroker): Record<string, string> {
  return {
    NAVORA_MQTT_URL: servicesUrl,
    NAVORA_MQTT_CA_FILE: tls.servicesCa,
    NAVORA_OPERATOR_CERT_FILE: tls.clients.operator.cert,
    NAVORA_OPERATOR_KEY_FILE: tls.clients.operator.key,
    NAVORA_VEHICLES_MQTT_URL: url,
    NAVORA_DEVICES_AUTHORITY: tls.devices,
    NAVORA_REVOKED_FILE: tls.revoked,
    NAVORA_BROKER_LOG: tls.brokerLog,
    NAVORA_ADMIN_PORT: '0',
  };
}
