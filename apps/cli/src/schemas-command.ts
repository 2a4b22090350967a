import { Command } from 'commander';
import { diffCommand, listCommand, registerCommand, showCommand } from './schemas-registry-commands.js';
import { checkCommand, releaseCommand } from './schemas-tree-commands.js';

/** `navora schemas`: what producers and consumers agree on, and how it may change. */
export function schemasCommand(): Command {
  return new Command('schemas')
    .description('the Avro schemas: check, release, register, list, show, diff')
    .addCommand(checkCommand())
    .addCommand(releaseCommand())
    .addCommand(registerCommand())
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(diffCommand());
}
