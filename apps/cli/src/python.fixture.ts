import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SCHEMA_OF_TOPIC, TOPICS } from '@navora/schemas';
import { realServices } from '@navora/testing';
import { workspaceRoot } from './workspace.js';

/** Python with all that the examples for producers need. */
export interface Python {
  /** The folder its programs are in. */
  bin: string;
}

const REQUIREMENTS = join(workspaceRoot, 'examples/producers/python/requirements.txt');
/** What the pinned packages ask for. */
const NEW_ENOUGH =
  'import sys; sys.exit(f"this is Python {sys.version}" if sys.version_info < (3, 11) else 0)';
const INSTALL = 'install --quiet --disable-pip-version-check --retries 1 --requirement'.split(' ');
const run = promisify(execFile);

/**
 * A virtual environment with these requirements, made by whoever needs it first: that takes a minute.
 *
 * @returns in words why it cannot be had here, where there is no Python for example.
 */
export async function pythonEnvironment(): Promise<Python | string> {
  const requirements = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
  const folder = join(workspaceRoot, '.navora', `python-${requirements.slice(0, 12)}`);
  const bin = join(folder, 'bin');
  const complete = join(folder, 'complete');
  // The link to a Python that was removed since is no file.
  if (existsSync(complete) && existsSync(join(bin, 'python3'))) return { bin };
  rmSync(folder, { recursive: true, force: true });
  try {
    await run('python3', ['-c', NEW_ENOUGH]);
    await run('python3', ['-m', 'venv', folder]);
    await run(join(bin, 'python3'), ['-m', 'pip', ...INSTALL, REQUIREMENTS], { timeout: 240_000 });
  } catch (error) {
    const reason = `this needs Python 3.11 or newer with venv, and the packages of requirements.txt: ${reasonOf(error)}`;
    // Vitest says that a test was skipped, and not why.
    console.log(`skipped: ${reason}`);
    return reason;
  }
  writeFileSync(complete, '');
  return { bin };
}

function reasonOf(error: unknown): string {
  const { message, stdout, stderr } = error as Error & { stdout?: string; stderr?: string };
  const said = (stderr || stdout || message).trim().split('\n');
  return said.findLast((line) => line.startsWith('ERROR')) ?? said[0] ?? '';
}

/** A reading as Python has it, told in JSON. */
export interface PythonReading {
  messageId: { UUID: string };
  recordedAt: { datetime: string };
  [field: string]: unknown;
}

/** What Confluent's serializer for Python makes of them, with our schema as it is registered. */
export async function writtenByPython(python: Python, readings: PythonReading[]): Promise<Buffer[]> {
  const answers = await ask<{ bytes: string }>(
    python,
    readings.map((write) => ({ write })),
  );
  return answers.map(({ bytes }) => Buffer.from(bytes, 'base64'));
}

/** What Confluent's deserializer for Python makes of them. */
export async function readByPython(python: Python, records: Buffer[]): Promise<PythonReading[]> {
  const answers = await ask<{ reading: PythonReading }>(
    python,
    records.map((record) => ({ read: record.toString('base64') })),
  );
  return answers.map(({ reading }) => reading);
}

async function ask<Answer>({ bin }: Python, questions: object[]): Promise<Answer[]> {
  const program = join(import.meta.dirname, 'python-serializers.fixture.py');
  const asked = run(
    join(bin, 'python3'),
    [program, realServices().registryUrl, SCHEMA_OF_TOPIC[TOPICS.readings].text],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  asked.child.stdin?.end(questions.map((question) => `${JSON.stringify(question)}\n`).join(''));
  const { stdout } = await asked;
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
}
