import { Command } from 'commander';
import { orSayWhy } from './failure.js';
import { migrateAll } from './migrate.js';
import { commandEnvironment } from './workspace.js';

export function migrateCommand(): Command {
  return new Command('migrate')
    .description('make the Kafka topics, register the Avro schemas, apply the Cassandra tables; repeatable')
    .option(
      '--stack <name>',
      'the local stack to do it on, unless NAVORA_* variables say otherwise',
      'default',
    )
    .action(
      orSayWhy(async ({ stack }: { stack: string }) => {
        await migrateAll(commandEnvironment(stack), (step) => console.log(step));
      }),
    );
}
