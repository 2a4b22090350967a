import { readFileSync } from 'node:fs';
import { type CertificateTerms, type Credentials, factsOf, idProblem } from '@navora/devices';
import { REVOCATION_REASONS, type RevocationReason } from '@navora/identity';
import { Command, Option } from 'commander';
import { newBundleFolder, writeBundle } from './device-bundle.js';
import { type DeviceServices, withDevices } from './devices-services.js';
import { CommandFailure, orSayWhy } from './failure.js';
import { aboveZero } from './number-argument.js';
import { parseDuration } from './time-argument.js';
import { defaultBy } from './who.js';

interface DoerFlags {
  by: string;
  comment?: string;
  stack: string;
}

interface FactsFlags {
  group?: string;
  driver?: string;
}

interface CertificateFlags {
  days: number;
  csr?: string;
  out: string;
}

const EFFECT = 'in force when the watch beside the broker has seen it (navora devices watch)';

export function addCommand(): Command {
  return withCertificate(
    withFacts(changing('add', 'register a device and issue its first certificate')),
  ).action(
    orSayWhy(async (vehicleId: string, flags: DoerFlags & FactsFlags & CertificateFlags) => {
      await withDevices(flags.stack, async (services) => {
        const registration = await services.registration();
        await handOver(vehicleId, flags, services, (terms) =>
          registration.add(vehicleId, factsOf(flags), terms, flags),
        );
      });
    }),
  );
}

export function rotateCommand(): Command {
  return withCertificate(changing('rotate', 'issue another certificate; those before stay good for a while'))
    .option(
      '--overlap <duration>',
      'how long those before stay good; 0s if the key was stolen',
      parseDuration,
      7 * 24 * 3600_000,
    )
    .action(
      orSayWhy(async (vehicleId: string, flags: DoerFlags & CertificateFlags & { overlap: number }) => {
        await withDevices(flags.stack, async (services) => {
          const registration = await services.registration();
          const reason = flags.overlap === 0 ? ('key-compromise' as const) : ('superseded' as const);
          const rotation = { overlapMs: flags.overlap, reason };
          await handOver(vehicleId, flags, services, (terms) =>
            registration.rotate(vehicleId, rotation, terms, flags),
          );
          if (flags.overlap === 0) console.log(`its earlier certificates are revoked: ${EFFECT}`);
        });
      }),
    );
}

export function setCommand(): Command {
  return withFacts(changing('set', "change a device's group or driver")).action(
    orSayWhy(async (vehicleId: string, flags: DoerFlags & FactsFlags) => {
      const facts = factsOf(flags);
      if (Object.keys(facts).length === 0)
        throw new CommandFailure('nothing to set: give --group or --driver');
      await withDevices(flags.stack, async ({ registration }) =>
        (await registration()).describe(vehicleId, facts, flags),
      );
      console.log(`${vehicleId} is changed`);
    }),
  );
}

export function disableCommand(): Command {
  return changing('disable', 'keep a device out until it is enabled again').action(
    orSayWhy(async (vehicleId: string, flags: DoerFlags) => {
      await withDevices(flags.stack, async ({ registration }) =>
        (await registration()).disable(vehicleId, flags),
      );
      console.log(`${vehicleId} is disabled: ${EFFECT}`);
    }),
  );
}

export function enableCommand(): Command {
  return changing('enable', 'let a disabled device in again, with the certificate it has').action(
    orSayWhy(async (vehicleId: string, flags: DoerFlags) => {
      await withDevices(flags.stack, async ({ registration }) =>
        (await registration()).enable(vehicleId, flags),
      );
      console.log(`${vehicleId} is enabled: ${EFFECT}`);
    }),
  );
}

export function revokeCommand(): Command {
  const reasons = Object.keys(REVOCATION_REASONS).filter((reason) => reason !== 'disabled');
  return changing('revoke', 'keep a device out for good; added again, it needs a new certificate')
    .addOption(new Option('--reason <reason>').choices(reasons).default('key-compromise'))
    .action(
      orSayWhy(async (vehicleId: string, flags: DoerFlags & { reason: RevocationReason }) => {
        await withDevices(flags.stack, async ({ registration }) =>
          (await registration()).revoke(vehicleId, flags.reason, flags),
        );
        console.log(`${vehicleId} is revoked: ${EFFECT}`);
      }),
    );
}

function changing(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .argument('<vehicle-id>')
    .option('--by <who>', 'who does it', defaultBy())
    .option('--comment <text>', 'why')
    .option('--stack <name>', 'the local stack, unless NAVORA_* variables say otherwise', 'default');
}

function withFacts(command: Command): Command {
  return command
    .option('--group <name>', 'of vehicles')
    .option('--driver <address>', 'the e-mail address of who drives it');
}

function withCertificate(command: Command): Command {
  return command
    .option('--days <n>', 'how long the certificate is good', aboveZero, 365)
    .option('--csr <file>', 'a request (PKCS #10) of the device, whose key then never leaves it')
    .option('--out <folder>', 'where the bundle goes, in a folder of its own', 'devices');
}

/** The folder first: a certificate whose bundle cannot be written would be lost. */
async function handOver(
  vehicleId: string,
  { out, days, csr }: CertificateFlags,
  services: DeviceServices,
  issue: (terms: CertificateTerms) => Promise<Credentials>,
): Promise<void> {
  const broker = services.broker();
  const request = csr === undefined ? undefined : readFileSync(csr, 'utf8');
  const problem = idProblem(vehicleId);
  if (problem !== undefined) throw new CommandFailure(problem);
  const { folder, discard } = newBundleFolder(out, vehicleId);
  let credentials: Credentials;
  try {
    credentials = await issue({ days, request });
  } catch (error) {
    discard();
    throw error;
  }
  writeBundle(folder, credentials, broker);
  console.log(
    `${vehicleId} has a certificate, good until ${credentials.notAfter.toISOString().slice(0, 10)}`,
  );
  console.log(`its key, certificate, the broker's authority and address are in ${folder}`);
}
