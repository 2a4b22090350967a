import { Command } from 'commander';
import { migrateCommand } from './migrate-command.js';
import { stackCommand } from './stack-command.js';

const program = new Command('navora')
  .description('Vehicle telemetry from MQTT to alerts: run it, drive it, look into it, check it.')
  .version('0.1.0')
  .showHelpAfterError('(navora --help lists what there is)');

program.addCommand(stackCommand());
program.addCommand(migrateCommand());

await program.parseAsync();
