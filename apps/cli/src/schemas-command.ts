import { Command } from 'commander';
import { diffCommand, listCommand, registerCommand, showCommand } from './schemas-registry-commands.js';
import { checkCommand, jsonSchemaCommand, releaseCommand } from './schemas-tree-commands.js';

/** `navora schemas`: what producers and consumers agree on, and how it may change. */
export function schemasCommand(): Command {
  return new Command('schemas')
    .description(
      'what producers and consumers agree on: the Avro schemas, and the JSON Schema of devices without Avro',
    )
    .addCommand(checkCommand())
    .addCommand(releaseCommand())
    .addCommand(registerCommand())
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(diffCommand())
    .addCommand(jsonSchemaCommand());
}
