import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ComponentName } from './component.js';
import { StackError } from './stack-error.js';

/** The files of one instance of the stack. Instances share nothing but the downloads. */
export interface Instance {
  name: string;
  home: string;
  root: string;
  downloads: string;
  stateFile: string;
  portsFile: string;
  lockFile: string;
  envFile: string;
}

export function instanceAt(home: string, name = 'default'): Instance {
  if (!isInstanceName(name)) {
    throw new StackError(`"${name}" cannot name an instance: use letters, digits, "-", "_" and ".".`);
  }
  const root = join(home, 'stacks', name);
  return {
    name,
    home,
    root,
    downloads: join(home, 'dist-cache'),
    stateFile: join(root, 'state.json'),
    portsFile: join(root, 'ports.json'),
    lockFile: join(root, 'supervisor.lock'),
    envFile: join(root, 'services.env'),
  };
}

export function isInstanceName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,40}$/.test(name);
}

export function dataRoot(instance: Instance): string {
  return join(instance.root, 'data');
}

export function dataFolder(instance: Instance, component: ComponentName): string {
  return join(dataRoot(instance), component);
}

export function configFolder(instance: Instance, component: ComponentName): string {
  return join(instance.root, 'conf', component);
}

export function logFile(instance: Instance, writer: ComponentName | 'supervisor'): string {
  return join(instance.root, 'logs', `${writer}.log`);
}

/** While this file exists a component that has died stays dead: how tests make an outage as long as they like. */
export function holdFile(instance: Instance, component: ComponentName): string {
  return join(instance.root, `hold-${component}`);
}

export function makeFolders(instance: Instance): void {
  try {
    mkdirSync(instance.downloads, { recursive: true });
    mkdirSync(join(instance.root, 'logs'), { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StackError(
      `Cannot write below ${instance.home} (${reason}); free some space, fix its permissions or choose another folder with --dir.`,
    );
  }
}
