/** The real bridge as a process of its own, on the Kafka topics its arguments name. */
import { createLogger, runService, Service } from '@navora/runtime';
import { readBridgeConfiguration, type BridgeConfiguration } from './config.js';
import { startParts } from './start-parts.js';

const [readings = '', deadLetters = ''] = process.argv.slice(2);
let configuration: BridgeConfiguration;

await runService(
  () => {
    configuration = readBridgeConfiguration();
    const service = new Service('mqtt-bridge', createLogger('mqtt-bridge', configuration.logLevel));
    return { service, drainTimeoutMs: configuration.drainTimeoutMs };
  },
  (service) => startParts(service, configuration, { readings, deadLetters }),
);
