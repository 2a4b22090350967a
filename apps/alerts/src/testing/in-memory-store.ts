import type { Alert, Transition, VehicleState } from '../alert.js';
import type { Notice } from '../notice.js';
import { isAhead } from '../silence.js';
import type { AlertStore, MarkStore, VehicleMarks } from '../store.js';

/** What becomes of the next write. Lost: the caller gets an error that leaves the outcome unknown. */
export type Fate = 'ok' | 'lost-after-apply' | 'lost-before-apply';

export interface HistoryLine {
  alertId: string;
  transition: string;
}

/** What is to be sent, as the view has it. */
export interface PendingCell {
  version: number;
  /** Undefined once deleted. */
  notice: Notice | undefined;
}

interface ViewCell {
  version: number;
  /** Undefined once deleted. */
  alert: Alert | undefined;
}

/** Alerts and marks in memory, for tests: the stores' contract without Cassandra, and with faults on demand. */
export class InMemoryStore implements AlertStore, MarkStore {
  readonly states = new Map<string, VehicleState>();
  readonly alerts = new Map<string, Alert>();
  readonly history: HistoryLine[] = [];
  /** Notification ids and what became of them: `withdrawn` or nothing. */
  readonly notices = new Map<string, Notice | 'withdrawn'>();
  readonly pendingCells = new Map<string, PendingCell>();
  private readonly byDayCells = new Map<string, ViewCell>();
  private readonly openCells = new Map<string, ViewCell>();
  private readonly marks = new Map<string, VehicleMarks>();
  /** Calls of each kind so far. */
  readonly calls = { load: 0, commit: 0, writeViews: 0, loadAll: 0, save: 0 };

  constructor(
    private readonly fate: () => Fate = () => 'ok',
    private readonly unknownOutcome: () => Error = () => new Error('outcome unknown'),
  ) {}

  get alertsByDay(): Alert[] {
    return standing(this.byDayCells);
  }
  get openAlerts(): Alert[] {
    return standing(this.openCells);
  }

  get pending(): Notice[] {
    return [...this.pendingCells.values()].flatMap(({ notice }) => (notice ? [notice] : []));
  }

  load(vehicleId: string): Promise<VehicleState | undefined> {
    this.calls.load++;
    return this.done(() => this.states.get(vehicleId));
  }

  commit(vehicleId: string, next: VehicleState): Promise<'applied' | 'conflicting'> {
    this.calls.commit++;
    return this.done(() => {
      if ((this.states.get(vehicleId)?.version ?? 0) !== next.version - 1) return 'conflicting';
      this.states.set(vehicleId, structuredClone(next));
      for (const { transition, alert } of next.last.changes) {
        this.alerts.set(alert.id, alert);
        this.history.push({ alertId: alert.id, transition });
      }
      for (const notice of next.last.announcement?.notices ?? []) this.notices.set(notice.id, notice);
      for (const { id } of next.last.announcement?.withdrawn ?? []) this.notices.set(id, 'withdrawn');
      return 'applied';
    });
  }

  writeViews(vehicleId: string, version: number, { changes, announcement }: Transition): Promise<void> {
    this.calls.writeViews++;
    return this.done(() => {
      for (const { transition, alert } of changes) {
        write(this.byDayCells, alert.id, { version, alert });
        if (transition === 'recorded-late') continue;
        const shown = transition === 'cleared' ? undefined : alert;
        write(this.openCells, `${vehicleId}/${alert.rule}`, { version, alert: shown });
      }
      if (!announcement || announcement.known) return;
      for (const notice of announcement.notices) this.pend(notice.id, { version, notice });
      for (const { id } of announcement.withdrawn) this.pend(id, { version, notice: undefined });
    });
  }

  loadAll(signalsPartition: number): Promise<VehicleMarks[]> {
    this.calls.loadAll++;
    return this.done(() =>
      [...this.marks].filter(([key]) => key.startsWith(`${signalsPartition}/`)).map(([, marks]) => marks),
    );
  }

  save(signalsPartition: number, marks: readonly VehicleMarks[]): Promise<void> {
    this.calls.save++;
    return this.done(() => {
      for (const mark of marks) {
        const key = `${signalsPartition}/${mark.vehicleId}`;
        const before = this.marks.get(key);
        if (!before || !isAhead(before.marks, mark.marks)) this.marks.set(key, mark);
      }
    });
  }

  /** With the same version a deletion wins. */
  pend(id: string, cell: PendingCell): void {
    const before = this.pendingCells.get(id);
    const deleted = before?.notice === undefined && before?.version === cell.version;
    if (!before || (before.version <= cell.version && !deleted)) this.pendingCells.set(id, cell);
  }

  /** Off the caller's turn, as a real store would be. */
  private async done<T>(apply: () => T): Promise<T> {
    await Promise.resolve();
    const fate = this.fate();
    if (fate === 'lost-before-apply') throw this.unknownOutcome();
    const result = apply();
    if (fate === 'lost-after-apply') throw this.unknownOutcome();
    return result;
  }
}

function write(view: Map<string, ViewCell>, key: string, cell: ViewCell): void {
  const before = view.get(key);
  if (!before || before.version <= cell.version) view.set(key, cell);
}

function standing(view: Map<string, ViewCell>): Alert[] {
  return [...view.values()].flatMap(({ alert }) => (alert ? [alert] : []));
}
