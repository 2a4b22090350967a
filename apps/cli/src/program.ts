import { Command } from 'commander';
import { alertsCommand } from './alerts-command.js';
import { auditCommand } from './audit-command.js';
import { checkCommand } from './check-command.js';
import { deadLettersCommand } from './dead-letters-command.js';
import { devicesCommand } from './devices-command.js';
import { migrateCommand } from './migrate-command.js';
import { readingsCommand } from './readings-command.js';
import { replayCommand } from './replay-command.js';
import { rulesCommand } from './rules-command.js';
import { schemasCommand } from './schemas-command.js';
import { simulateCommand } from './simulate-command.js';
import { vehiclesCommand } from './vehicles-command.js';

/** Commands that work wherever the services they talk to are. */
export const everywhere: (() => Command)[] = [
  migrateCommand,
  simulateCommand,
  replayCommand,
  readingsCommand,
  alertsCommand,
  rulesCommand,
  schemasCommand,
  deadLettersCommand,
  devicesCommand,
  checkCommand,
  vehiclesCommand,
  auditCommand,
];

export function program(commands: (() => Command)[]): Command {
  const navora = new Command('navora')
    .description('Vehicle telemetry from MQTT to alerts: run it, drive it, look into it, check it.')
    .version('0.1.0') // x-release-please-version
    .showHelpAfterError('(navora --help lists what there is)');
  for (const command of commands) navora.addCommand(command());
  return navora;
}
