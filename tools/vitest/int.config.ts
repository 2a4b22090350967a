import { defineConfig } from 'vitest/config';
import { onRealServices } from '../../vitest.base.js';

/** Tests on the real Kafka, Cassandra, registry and MQTT broker, one file after the other. */
export default defineConfig(onRealServices('int'));
