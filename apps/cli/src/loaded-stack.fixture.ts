import { join } from 'node:path';
import { KafkaStanding, SERVICES, type ServiceName } from '@navora/drill';
import { startFleet, type Fleet } from '@navora/simulator';
import { eventually } from '@navora/testing';
import { ONE_COPY, type OwnStack } from './own-stack.fixture.js';
import { runServices, type RunningServices } from './services.fixture.js';
import { verdictOn } from './under-load.fixture.js';

const RATE = 200;
/** What a consumer lags behind when all is well: a fetch, a batch, and a commit every half second. */
const QUIET_LAG = 3 * RATE;

/** The services on a stack of the test's own, and vehicles that drive while something is done to it. */
export class LoadedStack {
  private readonly kafka: KafkaStanding;
  private fleet: Fleet | undefined;
  private historyFile = '';

  private constructor(
    private readonly stack: OwnStack,
    private readonly running: RunningServices,
  ) {
    this.kafka = new KafkaStanding(stack.services.kafkaBrokers);
  }

  static async start(stack: OwnStack): Promise<LoadedStack> {
    return new LoadedStack(stack, await runServices(ONE_COPY, stack.services));
  }

  /** Resolves when the vehicles drive and all they send is carried. */
  async drive(seed: number): Promise<void> {
    // One that failed has left its vehicles on the road.
    await this.fleet?.stop({ graceMs: 0 });
    const { mqttUrl, registryUrl } = this.stack.services;
    this.historyFile = join(this.running.folder, `history-${seed}.jsonl`);
    const { historyFile } = this;
    const load = { vehicles: RATE, ratePerSecond: RATE, seed, historyFile };
    this.fleet = await startFleet({ mqttUrl, registryUrl, ...load });
    await this.sends(10 * RATE);
    await this.carriesAll();
  }

  /** Resolves when so many more were sent. */
  async sends(readings: number): Promise<void> {
    const goal = this.stats().sent + readings;
    await eventually(`${readings} more sent`, () => this.stats().sent >= goal, { withinMs: 120_000 });
  }

  stats() {
    if (!this.fleet) throw new Error('nobody drives');
    return this.fleet.stats();
  }

  /** I9: resolves when the consumers are where the vehicles are, and every service says it is ready. */
  async carriesAll(): Promise<void> {
    await eventually(
      'I9: all that was sent is carried',
      async () => {
        const [standing, notReady] = await Promise.all([this.kafka.look(), this.notReady()]);
        const lag = standing ? standing.readingsLag + standing.signalsLag : Infinity;
        if (lag > QUIET_LAG || notReady.length > 0) throw new Error(`lag ${lag}, not ready: ${notReady}`);
        return true;
      },
      { withinMs: 180_000, everyMs: 500 },
    );
  }

  async notReady(): Promise<ServiceName[]> {
    const answers = await Promise.all(
      SERVICES.map(async (service) => {
        const answer = await this.running.services.processOf(service)?.ask('/health/ready');
        return answer?.status === 200 ? [] : [service];
      }),
    );
    return answers.flat();
  }

  /** Records of the readings topic that the processor has committed. */
  async committed(): Promise<number> {
    const { readings, readingsLag } = await eventually('an answer of Kafka', () => this.kafka.look());
    return readings - readingsLag;
  }

  /** Services that ended and were started again, since the beginning. */
  get restarts(): readonly ServiceName[] {
    return this.running.restarts;
  }

  /** Ends the drive, lets everything come home, and asks the auditor. */
  async verdict(): Promise<string> {
    await this.fleet?.stop({ graceMs: 90_000 });
    return (await verdictOn([this.historyFile], 90, this.stack.services)).text;
  }

  async dispose(): Promise<void> {
    await this.fleet?.stop({ graceMs: 0 });
    this.kafka.forget();
    await this.running.stop();
  }
}
