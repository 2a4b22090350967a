import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import dockerignore from '@balena/dockerignore';
import { root } from './places.mjs';
import { run, succeed } from './run.mjs';

/** Whether the bundles of the images can be made of what .dockerignore lets through, and of what is installed. */
export async function contextFindings() {
  const { stdout } = await succeed('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  });
  const ignored = dockerignore().add(await readFile(join(root, '.dockerignore'), 'utf8'));
  const files = stdout
    .split('\n')
    .filter((file) => file !== '' && existsSync(join(root, file)) && !ignored.ignores(file));
  const folder = await mkdtemp(join(tmpdir(), 'navora-context-'));
  try {
    for (const file of files) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await cp(join(root, file), join(folder, file));
    }
    await linkInstalled(folder, files);
    const { code, output } = await run(process.execPath, ['tools/bundles.mjs', 'dist/images'], {
      cwd: folder,
    });
    return code === 0 ? [] : [output.trim()];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Where the Dockerfile runs `npm ci`. The workspace's own packages must be those of the context. */
async function linkInstalled(folder, files) {
  const packages = files.filter((file) => file.endsWith('package.json')).map(dirname);
  for (const place of packages) {
    const installed = join(root, place, 'node_modules');
    if (existsSync(installed)) await symlink(installed, join(folder, place, 'node_modules'));
  }
}
