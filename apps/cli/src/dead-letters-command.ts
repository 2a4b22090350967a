import { Command } from 'commander';
import { discardCommand } from './dead-letters-discard-command.js';
import { listCommand, showCommand } from './dead-letters-look-commands.js';
import { redriveCommand } from './dead-letters-redrive-command.js';

/** `navora dead-letters`: what was given up, and what becomes of it. */
export function deadLettersCommand(): Command {
  return new Command('dead-letters')
    .description('what was given up: list it, look at it, send it on its way again, or put it aside')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(redriveCommand())
    .addCommand(discardCommand());
}
