import { createAuthority } from '@navora/identity';
import { Command } from 'commander';
import {
  addCommand,
  disableCommand,
  enableCommand,
  revokeCommand,
  rotateCommand,
  setCommand,
} from './devices-change-commands.js';
import { connectionsCommand } from './devices-connections-command.js';
import { importCommand } from './devices-import-command.js';
import { dueCommand, listCommand, showCommand } from './devices-look-commands.js';
import { passphraseIn } from './devices-services.js';
import { watchCommand } from './devices-watch-command.js';
import { orSayWhy } from './failure.js';
import { aboveZero } from './number-argument.js';

/** `navora devices`: who may connect, and with which certificates. */
export function devicesCommand(): Command {
  const command = new Command('devices').description(
    'vehicles that may connect: their certificates, and taking them back',
  );
  for (const make of [
    ...[caInitCommand, addCommand, importCommand, listCommand, showCommand, setCommand, rotateCommand],
    ...[disableCommand, enableCommand, revokeCommand, dueCommand, connectionsCommand, watchCommand],
  ])
    command.addCommand(make());
  return command;
}

function caInitCommand(): Command {
  return new Command('ca-init')
    .description(
      "make the authority that signs devices' certificates: ca.crt for the broker, ca.key to be kept safe",
    )
    .argument('<folder>')
    .option('--name <text>', 'what it is called in certificates', 'Navora vehicles')
    .option('--years <n>', 'how long it is good', aboveZero, 10)
    .option('--passphrase-file <file>', 'encrypts ca.key; name it in NAVORA_DEVICES_PASSPHRASE_FILE later')
    .action(
      orSayWhy(async (folder: string, flags: { name: string; years: number; passphraseFile?: string }) => {
        const passphrase = passphraseIn(flags.passphraseFile);
        const authority = await createAuthority(folder, {
          ...{ commonName: flags.name, years: flags.years, passphrase },
        });
        console.log(
          `${folder} holds an authority, good until ${authority.notAfter.toISOString().slice(0, 10)}`,
        );
        console.log(`  ca.crt  the broker takes certificates it has signed`);
        console.log(
          `  ca.key  signs them: keep it safe${passphrase === undefined ? '; it is not encrypted' : ''}`,
        );
        console.log(`navora devices finds it by NAVORA_DEVICES_AUTHORITY=${folder}`);
      }),
    );
}
