import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { DeviceError } from '@navora/devices';
import { csvRecords, ProgressLine } from '@navora/simulator';
import { Command } from 'commander';
import { newBundleFolder, writeBundle } from './device-bundle.js';
import { withDevices } from './devices-services.js';
import { CommandFailure, orSayWhy } from './failure.js';
import { type DeviceLine, deviceLines } from './devices-file.js';
import { aboveZero } from './number-argument.js';
import { defaultBy } from './who.js';

interface ImportFlags {
  days: number;
  out: string;
  by: string;
  comment?: string;
  stack: string;
}

const AT_ONCE = 8;

export function importCommand(): Command {
  return new Command('import')
    .description('register many devices from a CSV file; run again, it goes on where it was')
    .argument('<devices.csv>', 'columns by name: vehicleId, and if there are any group and driver')
    .option('--days <n>', 'how long the certificates are good', aboveZero, 365)
    .option('--out <folder>', 'where the bundles go, each in a folder of its own', 'devices')
    .option('--by <who>', 'who does it', defaultBy())
    .option('--comment <text>', 'why')
    .option('--stack <name>', 'the local stack, unless NAVORA_* variables say otherwise', 'default')
    .action(
      orSayWhy(async (file: string, flags: ImportFlags) => {
        process.exitCode = await importDevices(file, flags);
      }),
    );
}

/** @returns the exit code: 1 when a line was left out. */
async function importDevices(file: string, flags: ImportFlags): Promise<number> {
  const counts = { added: 0, known: 0, refused: 0 };
  const progress = new ProgressLine(process.stderr, () => progressText(counts));
  const refuse = (line: number, why: string): void => {
    counts.refused++;
    progress.interrupt(`line ${line}: ${why}`);
  };
  try {
    await withDevices(flags.stack, async (services) => {
      const registration = await services.registration();
      const broker = services.broker();
      const known = new Set<string>();
      for await (const { vehicleId, status } of services.store.all())
        if (status !== 'revoked') known.add(vehicleId);

      const register = async ({ line, vehicleId, ...facts }: DeviceLine): Promise<void> => {
        if (known.has(vehicleId)) {
          counts.known++;
          return;
        }
        let folder: ReturnType<typeof newBundleFolder> | undefined;
        try {
          folder = newBundleFolder(flags.out, vehicleId);
          writeBundle(
            folder.folder,
            await registration.add(vehicleId, facts, { days: flags.days }, flags),
            broker,
          );
          counts.added++;
        } catch (error) {
          if (!(error instanceof DeviceError || error instanceof CommandFailure)) throw error;
          folder?.discard();
          refuse(line, error.message);
        }
      };
      await eachOf(deviceLines(csvRecords(textOf(file)), file), AT_ONCE, (line) =>
        'problem' in line ? refuse(line.line, line.problem) : register(line),
      );
    });
  } finally {
    progress.stop();
  }
  console.log(`${progressText(counts)}; bundles are in ${join(flags.out, '<vehicle-id>')}`);
  return counts.refused > 0 ? 1 : 0;
}

function progressText({ added, known, refused }: { added: number; known: number; refused: number }): string {
  return `${added} devices added, ${known} registered already, ${refused} lines left out`;
}

async function* textOf(file: string): AsyncGenerator<string> {
  try {
    yield* createReadStream(file, { encoding: 'utf8' }) as AsyncIterable<string>;
  } catch (error) {
    throw new CommandFailure(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

async function eachOf<T>(
  items: AsyncGenerator<T>,
  atOnce: number,
  work: (item: T) => void | Promise<void>,
): Promise<void> {
  const worker = async (): Promise<void> => {
    for (let next = await items.next(); !next.done; next = await items.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
