import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from './places.mjs';
import { programNamed, run } from './run.mjs';

const GUIDE = 'docs/install.md';
/** Where a block of commands says it runs. What runs on a stack is tested with one. */
const WHERE = ['here', 'on a stack', 'with a container engine', 'with a cluster'];

/**
 * The blocks of the guide in their order: commands, each with where they run, and files.
 * @returns {{ line: number, runs?: string, file?: string, text: string }[]}
 */
export function blocksOf(guide) {
  const pattern = /(?:^ *<!-- (runs|file): (.+?) -->\n\n)?^( *)```(sh|yaml)\n([\s\S]*?)^ *```$/gm;
  return [...guide.matchAll(pattern)].map(
    ({ index, 1: mark, 2: value, 3: indent, 4: language, 5: text }) => ({
      line: guide.slice(0, index).split('\n').length,
      ...(mark === undefined ? { language } : { [mark]: value }),
      text: text.replace(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  );
}

/**
 * Whether the guide's commands do what they say, where they can be run; the others are read by the shell, and a chart
 * that they install is made of the same values.
 */
export async function guideFindings(helm) {
  const bash = await programNamed('bash');
  const folder = await mkdtemp(join(tmpdir(), 'navora-guide-'));
  const findings = [];
  try {
    const env = await workplace(folder, helm);
    for (const { line, runs, file, language, text } of blocksOf(await readFile(join(root, GUIDE), 'utf8'))) {
      const at = `${GUIDE}:${line}`;
      if (file !== undefined) await writeFile(join(folder, file), text);
      else if (runs === undefined && language === 'sh') findings.push(`${at} does not say where it runs`);
      else if (runs !== undefined && !WHERE.includes(runs))
        findings.push(`${at} runs ${runs}: nobody knows where`);
      else if (runs !== undefined) {
        const script = runs === 'here' ? text : installsIn(text).join('\n');
        for (const args of [
          ['-n', '-c', text],
          ['-e', '-c', script],
        ]) {
          const { code, output } = await run(bash, args, { cwd: folder, env });
          if (code !== 0) findings.push(`${at}: ${output.trim()}`);
        }
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return findings;
}

/** A folder that looks like the repository to a command: files of the guide are written beside what is linked. */
async function workplace(folder, helm) {
  await mkdir(join(root, 'dist'), { recursive: true });
  for (const name of ['infra', 'tools', 'package.json', 'dist'])
    await symlink(join(root, name), join(folder, name));
  await mkdir(join(folder, 'bin'));
  await symlink(helm, join(folder, 'bin/helm'));
  return { PATH: [join(folder, 'bin'), process.env.PATH].join(delimiter) };
}

/** `helm upgrade --install`, as what it would apply. The released chart is the one that is here. */
function installsIn(text) {
  return text
    .split('\n')
    .filter((line) => line.startsWith('helm upgrade'))
    .map((line) =>
      line
        .replace(/^helm upgrade (--install )?/, 'helm template ')
        .replace(/oci:\S+/, 'infra/helm/navora')
        .replace(/ --(wait|timeout \S+|version \S+)(?= |$)/g, ''),
    );
}
