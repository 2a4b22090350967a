import type { OwnSecureBroker } from '@navora/local-stack';
import { eventually } from './eventually.js';
import { operatorSettings } from './secure-broker.js';
import { type Environment, ServiceProcess } from './service-process.js';

/** What runs beside a broker, as a process, and counts what the broker says. */
export class BrokerWatcher {
  private constructor(readonly process: ServiceProcess) {}

  /** @param environment where Kafka, Cassandra and the registry are */
  static async beside(broker: OwnSecureBroker, environment: Environment): Promise<BrokerWatcher> {
    const settings = { ...environment, ...operatorSettings(broker), NAVORA_ENV_FILE: '' };
    const migration = await ServiceProcess.command(settings, 'migrate');
    if ((await migration.ended()) !== 0) throw new Error(`migrate failed:\n${migration.said}`);
    const reload = `kill -HUP ${broker.pid}`;
    const watcher = new BrokerWatcher(
      await ServiceProcess.command(settings, 'devices', 'watch', '--reload', reload),
    );
    await watcher.process.untilItSays('broker_log_followed');
    return watcher;
  }

  /** @param metric without its prefix; `name{label}` */
  count(metric: string): Promise<number> {
    const [, name, label] = /^(\w+)(?:\{(.*)\})?$/.exec(metric) ?? [];
    return this.process.metric(`navora_broker_${name}`, label);
  }

  /** What an attack, and whatever else goes on meanwhile, adds to a metric: no less than this. */
  async counts(metric: string, attack: () => Promise<unknown>, atLeast = 1): Promise<void> {
    const before = await this.count(metric);
    await attack();
    await eventually(`${atLeast} more of ${metric}`, async () => {
      const more = (await this.count(metric)) - before;
      return more >= atLeast;
    });
  }

  async dispose(): Promise<void> {
    await this.process.end('SIGKILL');
  }
}
