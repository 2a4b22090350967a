import type { AtWork, Contestant, WholeWayJob } from '../contestant.js';
import { startAlerts } from '../ours/navora-alerts.js';
import { startBridge } from '../ours/navora-bridge.js';
import { startProcessor } from '../ours/navora-processor.js';
import { whileAtWork } from '../leg.js';
import { AdminPort } from './admin-port.js';

/** A side of leg c, that tells of the event loops it has. */
export interface WholeWayAtWork extends AtWork {
  /** By process: the delay that one in a hundred turns exceeds, ms, since this was asked last. */
  loopDelaysMs?(): Promise<Record<string, number>>;
}

/** The three services as they are shipped, with everything on. */
export const navora: Contestant<WholeWayJob> & { start(job: WholeWayJob): Promise<WholeWayAtWork> } = {
  name: 'navora',
  guarantees: {
    acknowledgedAfterKafka: true,
    committedAfterWrite: true,
    orderPerVehicle: true,
    conditionalWrite: true,
  },
  async start({ intake, storage }) {
    const running: Started[] = [];
    const stop = async () => {
      // The bridge first: what it has taken in, the others still finish.
      for (const { atWork } of running) await atWork.stop();
    };
    try {
      running.push(await started('mqtt-bridge', (port) => startBridge(intake, port)));
      running.push(await started('processor', (port) => startProcessor(storage, port)));
      running.push(await started('alerts', (port) => startAlerts(storage, port)));
    } catch (error) {
      await stop();
      throw error;
    }
    return {
      pids: Object.assign({}, ...running.map(({ atWork }) => atWork.pids)) as Record<string, number>,
      ended: Promise.race(running.flatMap(({ atWork }) => atWork.ended ?? [])),
      loopDelaysMs: () => loopDelaysOf(running),
      stop,
    };
  },
};

interface Started {
  name: string;
  admin: AdminPort;
  atWork: AtWork;
}

async function started(name: string, start: (adminPort: number) => Promise<AtWork>): Promise<Started> {
  const admin = await AdminPort.free();
  const atWork = await start(admin.port);
  try {
    await whileAtWork(atWork, admin.untilReady());
  } catch (error) {
    await atWork.stop();
    throw error;
  }
  return { name, admin, atWork };
}

async function loopDelaysOf(running: Started[]): Promise<Record<string, number>> {
  const delays = await Promise.all(
    running.map(async ({ name, admin }) => [name, await admin.loopDelayMs()] as const),
  );
  return Object.fromEntries(delays.filter((one): one is readonly [string, number] => one[1] !== undefined));
}
