import { existsSync, realpathSync } from 'node:fs';
import { userInfo } from 'node:os';
import { Command } from 'commander';
import { encryptionAt } from './at-rest-folder.js';
import { mountPointsIn, mountsIn } from './at-rest-mounts.js';
import { placesOfStack, secretsNamedIn } from './at-rest-places.js';
import { type AtRestReport, exitCodeOf, reportLines, taken } from './at-rest-report.js';
import { rightsOf, rightsProblem, secretsIn } from './at-rest-secrets.js';
import { storageOfThisMachine } from './at-rest-storage.js';
import { ownEnvironment } from './cli-config.js';
import { CommandFailure, orSayWhy } from './failure.js';

interface AtRestFlags {
  trustBelow?: string;
  json?: boolean;
  stack: string;
}

/** `navora check`: what a program can check of how Navora is run. */
export function checkCommand(): Command {
  return new Command('check')
    .description('what can be checked of how this is run')
    .addCommand(
      new Command('at-rest')
        .description(
          'whether folders lie on encrypted disks, and keys and passwords are readable by their owner only; exit code 0: yes, 1: no, 3: cannot tell',
        )
        .argument(
          '[path...]',
          "folders and files (default: the local stack's, and files the environment names)",
        )
        .option(
          '--trust-below <who>',
          'who vouches for what this machine cannot tell, such as the encryption of a cloud’s volumes',
        )
        .option('--json', 'for programs')
        .option('--stack <name>', 'which local stack', 'default')
        .action(orSayWhy(atRest)),
    );
}

async function atRest(paths: string[], { trustBelow, json, stack }: AtRestFlags): Promise<void> {
  const named = paths.length > 0 ? [] : secretsNamedIn(ownEnvironment());
  const chosen = paths.length > 0 ? paths : [...placesOfStack(stack), ...named];
  if (chosen.length === 0)
    throw new CommandFailure(`the stack "${stack}" keeps nothing here: name the folders to check`);
  const missing = chosen.filter((path) => !existsSync(path));
  if (missing.length > 0) throw new CommandFailure(`there is no ${missing.join(', no ')}`);
  const storage = storageOfThisMachine();
  const mounts = mountsIn(storage.mountinfo);
  const places = chosen.flatMap((path) => [path, ...mountPointsIn(realpathSync(path), mounts)]);
  const found = places.map(secretsIn);
  const files = [...new Set(found.flatMap((one) => one.files))].sort();
  const report: AtRestReport = {
    places: places.map((path) => taken(path, encryptionAt(realpathSync(path), storage), trustBelow)),
    secrets: files.map((path) => ({
      path,
      problem: rightsProblem(rightsOf(path), userInfo().uid) ?? null,
    })),
    unseen: found.flatMap(({ unseen }) => unseen),
  };
  console.log(json ? JSON.stringify(report) : reportLines(report).join('\n'));
  process.exitCode = exitCodeOf(report);
}
