import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '@navora/drill';
import { componentData, componentProcess } from '@navora/local-stack';

const run = promisify(execFile);
const NODETOOL = 'org.apache.cassandra.tools.NodeTool';

/** Cassandra's own command for its operators, on the node of a stack of one. */
export class Nodetool {
  private constructor(
    private readonly data: string,
    private readonly java: string,
    /** What Java has to know to run the node's classes. */
    private readonly flags: readonly string[],
    private readonly port: number,
  ) {}

  /** The node listens to nobody until it is told so, which a JDK's `jcmd` does. */
  static async of(stack: string): Promise<Nodetool> {
    const { pid } = componentProcess(stack, 'cassandra');
    const java = realpathSync(`/proc/${pid}/exe`);
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const port = await freePort();
    const ours = ['jmxremote.host=127.0.0.1', 'jmxremote.authenticate=false', 'jmxremote.ssl=false'];
    const start = ['ManagementAgent.start', `jmxremote.port=${port}`, ...ours];
    await run(join(dirname(java), 'jcmd'), [String(pid), ...start]);
    const modules = words.filter((word) => word.startsWith('--add-'));
    const classPath = words[words.indexOf('-cp') + 1] ?? '';
    return new Nodetool(componentData(stack, 'cassandra'), java, [...modules, '-cp', classPath], port);
  }

  async run(...args: string[]): Promise<string> {
    // It keeps a history of what it was told in the home of its user.
    const home = mkdtempSync(join(tmpdir(), 'navora-nodetool-'));
    try {
      const where = ['-h', '127.0.0.1', '-p', String(this.port)];
      const program = [`-Duser.home=${home}`, ...this.flags, NODETOOL];
      return (await run(this.java, [...program, ...where, ...args])).stdout;
    } finally {
      rmSync(home, { recursive: true });
    }
  }

  /**
   * Takes a snapshot and copies it, as to another place, into a folder for each table.
   *
   * @returns the tables that had any rows
   */
  async snapshotTo(folder: string, keyspace: string, tag: string): Promise<string[]> {
    await this.run('snapshot', '-t', tag, keyspace);
    const tables = join(this.data, 'data', keyspace);
    return readdirSync(tables).flatMap((named) => {
      const [table = ''] = named.split('-');
      const taken = join(tables, named, 'snapshots', tag);
      if (!existsSync(taken) || !readdirSync(taken).some((file) => file.endsWith('-Data.db'))) return [];
      cpSync(taken, join(folder, table), { recursive: true });
      return [table];
    });
  }
}
