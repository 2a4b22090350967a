import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  brokerList,
  ConfigurationError,
  readableFile,
  readConfiguration,
  setting,
  urlOf,
  wholeNumber,
  withDefault,
} from './config.js';

const settings = {
  brokers: setting('NAVORA_KAFKA_BROKERS', withDefault(brokerList, ['127.0.0.1:9092'])),
  port: setting('NAVORA_PORT', withDefault(wholeNumber({ min: 1, max: 65535 }), 4000)),
  url: setting('NAVORA_URL', urlOf('mqtt', 'mqtts')),
};

describe('readConfiguration', () => {
  it('takes defaults for what is not set or empty', () => {
    expect(readConfiguration(settings, { NAVORA_URL: 'mqtt://broker', NAVORA_PORT: '' })).toEqual({
      brokers: ['127.0.0.1:9092'],
      port: 4000,
      url: 'mqtt://broker',
    });
  });

  it('names every wrong variable at once', () => {
    const read = () => readConfiguration(settings, { NAVORA_KAFKA_BROKERS: 'here', NAVORA_PORT: '80x' });
    expect(read).toThrow(ConfigurationError);
    expect(read).toThrow(
      [
        'wrong configuration:',
        '  NAVORA_KAFKA_BROKERS: must be host:port, or a list of them with commas, found "here"',
        '  NAVORA_PORT: must be a whole number from 1 to 65535, found "80x"',
        '  NAVORA_URL: must be a URL starting with mqtt:// or mqtts://, but it is not set',
      ].join('\n'),
    );
  });

  it('reads a file of variables, which the environment overrides', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'navora-config-')), 'services.env');
    writeFileSync(file, 'NAVORA_URL=mqtt://from-file\nNAVORA_PORT=5000\n');
    expect(readConfiguration(settings, { NAVORA_ENV_FILE: file, NAVORA_PORT: '6000' })).toMatchObject({
      url: 'mqtt://from-file',
      port: 6000,
    });
  });

  it('gives each service the credentials of its own from one file of variables', () => {
    const folder = mkdtempSync(join(tmpdir(), 'navora-config-'));
    writeFileSync(join(folder, 'alerts.key'), '');
    const keyFile = { keyFile: readableFile('NAVORA_KEY_FILE') };
    const variables = { NAVORA_KEY_FILE: join(folder, '{service}.key') };
    expect(readConfiguration(keyFile, variables, 'alerts')).toEqual({ keyFile: join(folder, 'alerts.key') });
    expect(() => readConfiguration(keyFile, variables, 'bridge')).toThrow(
      `NAVORA_KEY_FILE: must be a file that can be read (ENOENT), found "${join(folder, 'bridge.key')}"`,
    );
  });

  it('says what to do when that file is missing', () => {
    expect(() => readConfiguration(settings, { NAVORA_ENV_FILE: '/no/such/file' })).toThrow(
      /navora stack up/,
    );
  });
});
