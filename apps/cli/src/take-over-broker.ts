import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import type { Broker } from '@navora/devices';
import mqtt from 'mqtt';
import { mqttOptionsOf, type MqttSettings } from './operator-mqtt.js';

/** How a broker is told to read its files again: a command of the shell, or a signal to a process. */
export type Reload = { command: string } | { hangUp: () => number };

/**
 * A broker without a way of its own to disconnect a client, such as mosquitto: a connection with the same client id
 * takes over the session of another (MQTT 5, 3.1.4-3), and ends it.
 */
export class TakeOverBroker implements Broker {
  constructor(
    private readonly settings: MqttSettings,
    private readonly how: Reload,
  ) {}

  async reload(): Promise<void> {
    if ('command' in this.how) await promisify(execFile)('sh', ['-c', this.how.command]);
    else process.kill(this.how.hangUp(), 'SIGHUP');
    // A signal asks only. Whoever is let in after it, handshake and all, is let in after the reload.
    await this.connectAs(`navora-devices-watch-${randomUUID()}`);
  }

  /** With a clean start, which throws away what the session held, too. */
  disconnect(vehicleId: string): Promise<void> {
    return this.connectAs(vehicleId);
  }

  private async connectAs(clientId: string): Promise<void> {
    const client = await mqtt.connectAsync(
      this.settings.mqttUrl,
      mqttOptionsOf(this.settings, clientId),
      false,
    );
    await client.endAsync();
  }
}
