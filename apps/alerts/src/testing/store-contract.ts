import type { Verdict } from '@navora/schemas';
import { describe, expect, it } from 'vitest';
import type { Alert, VehicleState } from '../alert.js';
import { fold, stateAfter } from '../fold.js';
import type { AlertStore, MarkStore } from '../store.js';
import { aSignal, aTiming, describeRule, verdict } from './a-signal.js';

export interface StoreUnderTest {
  alerts: AlertStore;
  marks: MarkStore;
  /** What the tables say about this vehicle. */
  stored(vehicleId: string): Promise<{ alerts: Alert[]; history: string[]; byDay: Alert[]; open: Alert[] }>;
}

/** For tests: what every store of alerts must do, the real one and its double. */
export function describeStore(name: string, make: () => StoreUnderTest): void {
  let count = 0;
  const aVehicle = () => `vehicle-${name.replace(/\W/g, '-')}-${++count}`;

  /** The states a vehicle goes through: `engine` opens, `fuel` opens and `engine` clears, a late one. */
  function statesOf(vehicleId: string): VehicleState[] {
    const states: VehicleState[] = [];
    const signals = [
      aSignal({ vehicleId, offset: 1, verdicts: [verdict('engine', 'breach')] }),
      aSignal({ vehicleId, offset: 2, verdicts: [verdict('engine', 'normal'), verdict('fuel', 'breach')] }),
      aSignal({ vehicleId, offset: 3, recordedAt: 1_763_000_000_000, verdicts: [verdict('fuel', 'breach')] }),
    ];
    for (const signal of signals) {
      const before = states.at(-1);
      const folded = fold(before?.marks, before, signal, describeRule);
      states.push(stateAfter(before, signal, folded));
    }
    return states;
  }

  const clearing = { ...verdict('engine', 'normal'), timing: aTiming({ reopenWithinMs: 60_000 }) };

  describe(`a store of alerts (${name})`, () => {
    it('shows an alert that was opened again as open, and as cleared when it is, with its whole history', async () => {
      const { alerts, stored } = make();
      const vehicleId = aVehicle();
      let state: VehicleState | undefined;
      const next = async (offset: number, one: Verdict) => {
        const signal = aSignal({ vehicleId, offset, verdicts: [one] });
        state = stateAfter(state, signal, fold(state?.marks, state, signal, describeRule));
        expect(await alerts.commit(vehicleId, state)).toBe('applied');
        await alerts.writeViews(vehicleId, state.version, state.last);
        expect(await alerts.load(vehicleId)).toEqual(state);
        return stored(vehicleId);
      };
      await next(1, verdict('engine', 'breach'));
      expect((await next(2, clearing)).open).toEqual([]);
      const again = await next(3, verdict('engine', 'breach', 120));
      expect(again.alerts).toEqual(state?.open);
      expect(again.byDay).toEqual(state?.open);
      expect(again.open).toEqual(state?.open);
      expect(again.open).toMatchObject([{ status: 'open', value: 104, reopenedValue: 120 }]);
      expect(again.open[0]).not.toHaveProperty('clearedAt');
      const cleared = await next(4, verdict('engine', 'normal'));
      expect(cleared.open).toEqual([]);
      expect(cleared.alerts).toMatchObject([{ status: 'cleared', clearedValue: 91, reopenedValue: 120 }]);
      expect(cleared.byDay).toEqual(cleared.alerts);
      expect(cleared.history.map((line) => line.split(' ')[1])).toEqual([
        ...['opened', 'cleared', 'reopened', 'cleared'],
      ]);
    });

    it('knows nothing of a vehicle that never had a transition', async () => {
      expect(await make().alerts.load(aVehicle())).toBeUndefined();
    });

    it('makes transitions one after the other, and gives back the last state', async () => {
      const { alerts, stored } = make();
      const vehicleId = aVehicle();
      const states = statesOf(vehicleId);
      for (const state of states) {
        expect(await alerts.commit(vehicleId, state)).toBe('applied');
        expect(await alerts.load(vehicleId)).toEqual(state);
      }
      const kept = await stored(vehicleId);
      expect(kept.alerts.map(({ rule, status, late }) => `${rule} ${status} ${late}`).sort()).toEqual([
        'engine cleared false',
        'fuel cleared true',
        'fuel open false',
      ]);
      expect(kept.history.sort()).toEqual(
        states
          .flatMap(({ last }) => last.changes.map(({ transition, alert }) => `${alert.id} ${transition}`))
          .sort(),
      );
    });

    it('refuses a transition from another version than the stored one, and writes nothing of it', async () => {
      const { alerts, stored } = make();
      const vehicleId = aVehicle();
      const [first, second, third] = statesOf(vehicleId) as [VehicleState, VehicleState, VehicleState];
      expect(await alerts.commit(vehicleId, second)).toBe('conflicting');
      expect(await alerts.commit(vehicleId, first)).toBe('applied');
      expect(await alerts.commit(vehicleId, first)).toBe('conflicting');
      expect(await alerts.commit(vehicleId, third)).toBe('conflicting');
      expect(await alerts.load(vehicleId)).toEqual(first);
      expect((await stored(vehicleId)).alerts).toHaveLength(1);
    });

    it('tells at most one of two that it made the same transition at once', async () => {
      const { alerts } = make();
      const vehicleId = aVehicle();
      const [first] = statesOf(vehicleId) as [VehicleState];
      const outcomes = await Promise.allSettled([1, 2].map(() => alerts.commit(vehicleId, first)));
      const told = outcomes.map((one) => (one.status === 'fulfilled' ? one.value : 'unknown'));
      // Contending rounds may end without knowing; whatever they are told, it is made once.
      expect(told.filter((outcome) => outcome === 'applied').length).toBeLessThanOrEqual(1);
      expect(await alerts.load(vehicleId)).toEqual(first);
    });

    it('shows transitions in the views; one written again later changes nothing any more', async () => {
      const { alerts, stored } = make();
      const vehicleId = aVehicle();
      const states = statesOf(vehicleId);
      for (const state of [...states, ...states, states[0], states[1]]) {
        if (state) await alerts.writeViews(vehicleId, state.version, state.last);
      }
      const { byDay, open } = await stored(vehicleId);
      expect(open).toEqual(states.at(-1)?.open);
      expect(byDay.map(({ rule, status, late }) => `${rule} ${status} ${late}`).sort()).toEqual([
        'engine cleared false',
        'fuel cleared true',
        'fuel open false',
      ]);
    });

    it('keeps what is pending with the marks, and forgets it with newer ones', async () => {
      const { marks } = make();
      const partition = 200 + count;
      const pending = [{ rule: 'engine', toward: 'open', at: [1, 2] }] as const;
      const mark = (offset: number, more: object) => {
        const { marks: plain } = fold(undefined, undefined, aSignal({ offset }), describeRule);
        return { vehicleId: 'v1', marks: { ...plain, ...more }, active: false };
      };
      await marks.save(partition, [mark(5, { pending })]);
      expect(await marks.loadAll(partition)).toEqual([mark(5, { pending })]);
      await marks.save(partition, [mark(6, {})]);
      await marks.save(partition, [mark(4, { pending })]);
      expect(await marks.loadAll(partition)).toEqual([mark(6, {})]);
    });

    it('keeps the newest mark of each vehicle of a partition, whatever is saved later', async () => {
      const { marks } = make();
      const partition = 100 + count;
      const mark = (vehicleId: string, offset: number, active: boolean) => ({
        vehicleId,
        marks: fold(undefined, undefined, aSignal({ vehicleId, offset }), describeRule).marks,
        active,
      });
      const many = Array.from({ length: 250 }, (_, index) => mark(`v${index}`, index, index % 2 === 0));
      await marks.save(partition, many);
      await marks.save(partition, [mark('v7', 900, true)]);
      await marks.save(partition, [mark('v7', 500, false)]);
      await marks.save(partition + 1, [mark('elsewhere', 1, false)]);
      const suspect = aSignal({ vehicleId: 'unjudged', clockSuspect: true });
      const unjudged = {
        vehicleId: 'unjudged',
        marks: fold(undefined, undefined, suspect, describeRule).marks,
        active: false,
      };
      await marks.save(partition, [unjudged]);
      const loaded = new Map((await marks.loadAll(partition)).map((each) => [each.vehicleId, each]));
      expect(loaded.size).toBe(251);
      expect(loaded.get('v0')).toEqual(many[0]);
      expect(loaded.get('v249')).toEqual(many[249]);
      expect(loaded.get('v7')).toEqual(mark('v7', 900, true));
      expect(loaded.get('unjudged')).toEqual(unjudged);
    });
  });
}
