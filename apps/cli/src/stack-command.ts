import { Command } from 'commander';

export function stackCommand(): Command {
  return new Command('stack').description('the real services on this machine: up, down, status, logs');
}
