import { SmallDisk } from '@navora/faults';
import {
  type ComponentName,
  componentData,
  servicesEnv,
  type StackOptions,
  startStack,
  stackStatus,
  stopStack,
} from '@navora/local-stack';
import { type Endpoints, realServices } from '@navora/testing';

/** A topic and a table have one copy on a stack of one node, whatever the test run's own stack is made of. */
export const ONE_COPY = { NAVORA_TOPIC_REPLICATION: '1', NAVORA_KEYSPACE_REPLICATION: '1' };

export interface OwnStackWish extends Pick<StackOptions, 'environment' | 'tuning'> {
  /** Components that shall keep their data on a small disk of their own, and how small it is. */
  disksMiB?: Partial<Record<ComponentName, number>>;
}

/** A stack that belongs to one test file, so that its disks may be ruined. */
export class OwnStack {
  private constructor(
    readonly name: string,
    readonly services: Endpoints,
    private readonly disks: ReadonlyMap<string, SmallDisk>,
  ) {}

  /** Begins with empty data. @returns in words why there cannot be such disks here. */
  static async start(
    name: string,
    { disksMiB = {}, ...options }: OwnStackWish = {},
  ): Promise<OwnStack | string> {
    const wanted = Object.entries(disksMiB) as [ComponentName, number][];
    for (const [component] of wanted) SmallDisk.unmountFrom(componentData(name, component));
    await stopStack({ name, wipe: true });
    const disks = new Map<string, SmallDisk>();
    const unmount = (): void => disks.forEach((disk) => disk.unmount());
    for (const [component, sizeMiB] of wanted) {
      const disk = SmallDisk.mountedAt(componentData(name, component), sizeMiB);
      if (typeof disk !== 'string') disks.set(component, disk);
      else {
        unmount();
        return disk;
      }
    }
    try {
      const stack = await startStack({ ...options, name, nodes: 1 });
      return new OwnStack(name, servicesOf(servicesEnv(stack), name), disks);
    } catch (error) {
      unmount();
      throw error;
    }
  }

  diskOf(component: ComponentName): SmallDisk {
    const disk = this.disks.get(component);
    if (!disk) throw new Error(`${component} has no disk of its own`);
    return disk;
  }

  /** How often the component's process has ended and was started again. */
  async restartsOf(component: ComponentName): Promise<number> {
    const { components } = await stackStatus({ name: this.name });
    return components.find((one) => one.component === component)?.restarts ?? 0;
  }

  /** Its logs stay, for whoever asks what happened. */
  async dispose(): Promise<void> {
    await stopStack({ name: this.name });
    for (const disk of this.disks.values()) disk.unmount();
  }
}

function servicesOf(environment: Record<string, string>, name: string): Endpoints {
  return realServices({ ...environment, NAVORA_TEST_STACK_NAME: name });
}
