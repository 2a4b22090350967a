import type { BenchStack } from '../bench-stack.js';
import type { Guarantees } from '../guarantees.js';
import { ownFolder } from '../leg.js';
import { probeLoad } from '../load-probe.js';
import { measureWholeWay, type WholeWayFigures, type Workload } from './measure.js';
import { startWholeWay, WHOLE_WAY_SIDES, type WholeWaySide } from './sides.js';
import { renderFigures } from './table.js';
import { WARMING, WARMING_SERVICES } from './warming.js';

export interface TurnsOptions {
  rates: readonly number[];
  measuredSeconds: number;
  warmUpSeconds: number;
  vehicles: number;
  runs: number;
  /** The services were just started: the first side warms them up, too. */
  warmUp: boolean;
  only?: readonly string[] | undefined;
  folder: string;
  signal: AbortSignal;
  tell(line: string): void;
}

/** One rate on one side, once. */
export interface Turn extends WholeWayFigures {
  side: string;
  run: number;
  guarantees: Guarantees;
  /** How long a fixed bit of work took before and after, ms: whether somebody else was at work. */
  probeMs: [number, number];
}

export interface Turns {
  turns: Turn[];
  skipped: { side: string; because: string }[];
}

/** Each side once at all rates, then all once more. One that does not keep a rate is not asked for the next. */
export async function measureInTurns(stack: BenchStack, options: TurnsOptions): Promise<Turns> {
  const { rates, measuredSeconds, warmUpSeconds, vehicles, runs, folder, signal, tell } = options;
  const { sides, skipped } = await thoseThatCan(options);
  const turns: Turn[] = [];
  let warming = options.warmUp ? WARMING_SERVICES : WARMING;
  for (let run = 1; run <= runs; run++) {
    for (const side of sides) {
      const { name, guarantees, table } = side.contestant;
      const started = await startWholeWay(side, stack, ownFolder(folder, 'c', name, run));
      const measure = (workload: Workload) =>
        measureWholeWay(stack, { ...started, alerts: side.alerts, table }, workload);
      try {
        tell(renderFigures(`${name} (warming up)`, await measure({ vehicles, ...warming })));
        warming = WARMING;
        for (const ratePerSecond of rates) {
          signal.throwIfAborted();
          const before = probeLoad();
          const figures = await measure({ ratePerSecond, vehicles, warmUpSeconds, measuredSeconds });
          tell(renderFigures(`${name}, run ${run}`, figures));
          turns.push({
            ...{ side: name, run, guarantees },
            ...{ ...figures, probeMs: [before, probeLoad()] },
          });
          // All that it left behind has to be stored before it can be counted, and takes the longer the more it is.
          if (!figures.kept) break;
        }
      } finally {
        await started.stop();
      }
    }
  }
  return { turns, skipped };
}

async function thoseThatCan({
  only,
  tell,
}: TurnsOptions): Promise<{ sides: WholeWaySide[]; skipped: Turns['skipped'] }> {
  const sides: WholeWaySide[] = [];
  const skipped: Turns['skipped'] = [];
  for (const side of WHOLE_WAY_SIDES) {
    const { name, prepare } = side.contestant;
    if (only && !only.includes(name)) continue;
    const because = await prepare?.();
    if (because === undefined) sides.push(side);
    else {
      skipped.push({ side: name, because });
      tell(`c  ${name}: left out, ${because}`);
    }
  }
  return { sides, skipped };
}
