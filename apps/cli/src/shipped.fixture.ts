import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ship, SHIPPED } from '@navora/bundling';
import { eventually, ServiceProcess } from '@navora/testing';
import { ownEnvironment } from './cli-config.js';
import { testEnvironment } from './services.fixture.js';
import { workspaceRoot } from './workspace.js';

const run = promisify(execFile);

type Name = keyof typeof SHIPPED;
export const SHIPPED_SERVICES = ['bridge', 'processor', 'alerts'] as const satisfies Name[];

/** What goes into the images, in a folder far from the workspace and from everything that is installed. */
export class ShippedFolders {
  private constructor(
    readonly root: string,
    private readonly within: string,
  ) {}

  /** @param within where below `root` they are */
  static async make(within = ''): Promise<ShippedFolders> {
    const folders = new ShippedFolders(mkdtempSync(join(tmpdir(), 'navora-shipped-')), within);
    for (const name of Object.keys(SHIPPED) as Name[]) await ship(workspaceRoot, name, folders.of(name));
    return folders;
  }

  of(name: Name): string {
    return join(this.root, this.within, name);
  }

  /** As in its image: in its folder, with an environment that names the services and nothing else. */
  async start(name: Name): Promise<ServiceProcess> {
    const service = await ServiceProcess.program(
      this.of(name),
      testEnvironment(),
      join(this.of(name), 'main.mjs'),
    );
    await eventually(`${name} to be ready`, () => service.isReady(), { withinMs: 60_000 });
    return service;
  }

  async navora(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const { PATH } = ownEnvironment();
    const cwd = this.of('navora');
    try {
      const done = await run(process.execPath, [join(cwd, 'main.mjs'), ...args], {
        cwd,
        env: { PATH, ...testEnvironment() },
      });
      return { code: 0, ...done };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, stdout, stderr };
    }
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}
