import { expect, it } from 'vitest';
import { readConfig } from './config.js';

it('needs nothing to be set on one machine', () => {
  expect(readConfig({})).toMatchObject({
    groupId: 'navora-processor',
    readingsTopic: 'telemetry.readings.v1',
    signalsTopic: 'telemetry.signals.v1',
  });
});

it('publishes no signals when their topic is "none"', () => {
  expect(readConfig({ NAVORA_SIGNALS_TOPIC: 'none' }).signalsTopic).toBeUndefined();
});
