import { expect, it } from 'vitest';
import { readConfiguration } from './config.js';
import { consumerSettings } from './service-settings.js';

const read = (startPosition?: string) =>
  readConfiguration(
    consumerSettings({ maxUnresolved: 1, commitIntervalMs: 10, sessionTimeoutMs: 6000 }),
    startPosition === undefined ? {} : { NAVORA_START_POSITION: startPosition },
  );

it('P21: a group without offsets begins at the earliest record, and "latest" is refused with the reason', () => {
  expect(read().startPosition).toBe('earliest');
  expect(read('earliest').startPosition).toBe('earliest');
  expect(() => read('latest')).toThrow(/NAVORA_START_POSITION: must be earliest: .* skips.*, found "latest"/);
});
