import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { GROUPS, TOPICS } from '@navora/schemas';
import { traceSettings } from '@navora/tracing';
import {
  adminPort,
  cassandraSettings,
  consumerSettings,
  kafkaSettings,
  readConfiguration,
  serviceSettings,
  setting,
  text,
  wholeNumber,
  withDefault,
} from '@navora/runtime';

const DEFAULT_RULES_FILE = new URL('../../../config/rules.yaml', import.meta.url).pathname;

/** Exported for whoever checks that what deploys it sets nothing else. */
export const alertsSettings = {
  ...serviceSettings,
  ...kafkaSettings,
  ...cassandraSettings,
  ...traceSettings,
  adminPort: adminPort(9103),
  groupId: setting('NAVORA_ALERTS_GROUP', withDefault(text(/^\S+$/, 'a group name'), GROUPS.alerts)),
  signalsTopic: setting(
    'NAVORA_SIGNALS_TOPIC',
    withDefault(text(/^[\w.-]{1,249}$/, 'a topic name'), TOPICS.signals as string),
  ),
  rulesFile: setting('NAVORA_RULES_FILE', withDefault(text(/\S/, 'a file name'), DEFAULT_RULES_FILE)),
  notificationsFile: setting(
    'NAVORA_NOTIFICATIONS_FILE',
    withDefault(text(/\S/, 'a file name').optional(), undefined),
  ),
  /** Vehicles that may be at the store at once. */
  maxInFlight: setting('NAVORA_MAX_IN_FLIGHT', withDefault(wholeNumber({ min: 1, max: 1024 }), 32)),
  ...consumerSettings({ maxUnresolved: 20_000, commitIntervalMs: 5000, sessionTimeoutMs: 30_000 }),
};

export type Configuration = ReturnType<typeof readAlertsConfiguration>;

/** @throws ConfigurationError that names everything that is wrong. */
export function readAlertsConfiguration(environment: Record<string, string | undefined> = process.env) {
  const values = readConfiguration(alertsSettings, environment, 'alerts');
  return {
    ...values,
    rulesFile: nearest(values.rulesFile),
    /** Undefined: nobody is told of anything. A file that is named must be there; the usual one may be missing. */
    notificationsFile: values.notificationsFile
      ? nearest(values.notificationsFile)
      : existing(nearest('config/notifications.yaml')),
  };
}

function existing(path: string): string | undefined {
  return existsSync(path) ? path : undefined;
}

/** A relative name is looked for from here upwards, so that it is found from the app's folder and from the root. */
function nearest(name: string): string {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const path = resolve(folder, name);
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) return resolve(name);
  }
}
