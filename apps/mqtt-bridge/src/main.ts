import { createLogger, runService, Service } from '@navora/runtime';
import { readBridgeConfiguration, type BridgeConfiguration } from './config.js';
import { startParts } from './start-parts.js';

/** Little of what it has outlives the next answer of Kafka: all of its heap is soon searched, and may be often. */
const HEAP_GROWTH_PERCENT = 80;

let configuration: BridgeConfiguration;

await runService(
  () => {
    configuration = readBridgeConfiguration();
    const service = new Service('mqtt-bridge', createLogger('mqtt-bridge', configuration.logLevel));
    return {
      service,
      drainTimeoutMs: configuration.drainTimeoutMs,
      heapGrowthPercent: HEAP_GROWTH_PERCENT,
    };
  },
  (service) => startParts(service, configuration),
);
