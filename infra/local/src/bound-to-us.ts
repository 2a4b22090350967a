import { findOnPath } from './java.js';

/**
 * The command, run so that the kernel kills it when this process dies, even by kill -9: `setpriv` asks for that and
 * then becomes the command, under the same pid. Where there is none (macOS) the next `up` or `down` ends what was
 * left, by what is recorded of it.
 */
export function boundToUs(command: string, args: string[]): [string, string[]] {
  const setpriv = process.platform === 'linux' ? findOnPath('setpriv') : undefined;
  return setpriv ? [setpriv, ['--pdeathsig', 'KILL', command, ...args]] : [command, args];
}
