import { describe, expect, it } from 'vitest';
import type { Ledger, Pending } from '../ledger.js';
import type { Announcement, Notice } from '../notice.js';
import type { AlertStore } from '../store.js';
import { aNotice } from './a-notice.js';

export interface LedgerUnderTest {
  ledger: Ledger;
  pending: Pending;
  alerts: Pick<AlertStore, 'writeViews'>;
}

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 22, 9);
const [FIRST, SECOND, THIRD] = [
  '11111111-1111-4111-8111-111111111111',
  '22222222-2222-4222-8222-222222222222',
  '33333333-3333-4333-8333-333333333333',
] as const;

/** For tests: what every ledger and every view of what is to be sent must do, the real ones and their doubles. */
export function describeLedger(name: string, make: () => LedgerUnderTest): void {
  let count = 0;
  const anotherNotice = (over: Partial<Notice> = {}) => {
    const tail = String(++count).padStart(12, '0');
    return aNotice({ ...over, alert: { id: `4f0f0a0e-51b5-5d9c-9a53-${tail}`, vehicleId: `v-${tail}` } });
  };

  describe(`a ledger of notifications (${name})`, () => {
    it('gives a notification to one of many who claim it at once, until the claim ends', async () => {
      const { ledger } = make();
      const notice = anotherNotice();
      const claims = [FIRST, SECOND, THIRD];
      const told = await Promise.allSettled(
        claims.map((claim) => ledger.claim(notice, claim, NOW, NOW + MINUTE)),
      );
      // Contending rounds may end without knowing; asking again tells.
      const certain = await Promise.all(
        told.map((one, index) =>
          one.status === 'fulfilled'
            ? one.value
            : ledger.claim(notice, claims[index] as string, NOW, NOW + MINUTE),
        ),
      );
      expect(certain.filter((one) => one !== 'settled' && 'mine' in one)).toEqual([{ mine: 0 }]);
      expect(certain.filter((one) => one !== 'settled' && 'until' in one)).toEqual([
        { until: NOW + MINUTE },
        { until: NOW + MINUTE },
      ]);
      expect(await ledger.claim(notice, SECOND, NOW + 2 * MINUTE, NOW + 3 * MINUTE)).toHaveProperty('mine');
    });

    it('takes the same claim again for the same claim, also when it took over', async () => {
      const { ledger } = make();
      const notice = anotherNotice();
      for (const _ of [1, 2]) expect(await ledger.claim(notice, FIRST, NOW, NOW + 5)).toEqual({ mine: 0 });
      for (const _ of [1, 2])
        expect(await ledger.claim(notice, SECOND, NOW + 5, NOW + MINUTE)).toEqual({ mine: 1 });
    });

    it('keeps a failed attempt until it is due again, and counts it', async () => {
      const { ledger } = make();
      const notice = anotherNotice();
      await ledger.claim(notice, FIRST, NOW, NOW + MINUTE);
      for (const _ of [1, 2]) await ledger.postpone(notice.id, FIRST, NOW + 5 * MINUTE, 'no answer');
      expect(await ledger.claim(notice, SECOND, NOW + MINUTE, NOW + 2 * MINUTE)).toEqual({
        until: NOW + 5 * MINUTE,
      });
      expect(await ledger.claim(notice, SECOND, NOW + 5 * MINUTE, NOW + 6 * MINUTE)).toEqual({ mine: 1 });
    });

    it('settles for good, once, by whoever has the claim', async () => {
      const { ledger } = make();
      const notice = anotherNotice();
      await ledger.claim(notice, FIRST, NOW, NOW);
      await ledger.claim(notice, SECOND, NOW, NOW + MINUTE);
      expect(await ledger.settle(notice.id, FIRST, NOW, 'failed', 'too late')).toBe(false);
      await ledger.postpone(notice.id, FIRST, NOW + 9 * MINUTE, 'too late');
      for (const _ of [1, 2]) expect(await ledger.settle(notice.id, SECOND, NOW, 'sent', '250')).toBe(true);
      await ledger.postpone(notice.id, SECOND, NOW + 9 * MINUTE, 'lost, and sent again');
      expect(await ledger.claim(notice, THIRD, NOW + 10 * MINUTE, NOW + 11 * MINUTE)).toBe('settled');
    });
  });

  describe(`a view of what is to be sent (${name})`, () => {
    const told = (notices: Notice[], over: Partial<Announcement> = {}) => ({
      id: '3/1',
      changes: [],
      announcement: { notices, withdrawn: [], known: false, ...over },
    });
    async function dueIds(pending: Pending, among: Notice[], now = NOW, channel = 'mail') {
      const ids: string[] = [];
      for await (const { notice } of pending.due(channel, now)) ids.push(notice.id);
      return among.map(({ id }) => id).filter((id) => ids.includes(id));
    }

    it('shows what is due of a channel, as it is to be told', async () => {
      const { alerts, pending } = make();
      const [now, later, elsewhere] = [
        anotherNotice({ dueAt: NOW }),
        anotherNotice({ dueAt: NOW + 1 }),
        anotherNotice({ dueAt: NOW, channel: 'chat' }),
      ];
      const all = [now, later, elsewhere];
      for (const notice of all) await alerts.writeViews(notice.alert.vehicleId, 1, told([notice]));
      expect(await dueIds(pending, all)).toEqual([now.id]);
      expect(await dueIds(pending, all, NOW + 1)).toEqual([now.id, later.id]);
      expect(await dueIds(pending, all, NOW, 'chat')).toEqual([elsewhere.id]);
      for await (const { notice, version } of pending.due('chat', NOW))
        if (notice.id === elsewhere.id)
          expect({ notice, version }).toEqual({ notice: elsewhere, version: 1 });
    });

    it('shows nothing of what was known before, was withdrawn, or is removed, whoever writes it again', async () => {
      const { alerts, pending } = make();
      const [known, overtaken, sent] = [1, 2, 3].map(() => anotherNotice({ dueAt: NOW })) as [
        Notice,
        Notice,
        Notice,
      ];
      const views = async () => {
        await alerts.writeViews(known.alert.vehicleId, 1, told([known], { known: true }));
        await alerts.writeViews(overtaken.alert.vehicleId, 1, told([overtaken]));
        await alerts.writeViews(overtaken.alert.vehicleId, 2, told([], { withdrawn: [overtaken] }));
        await alerts.writeViews(sent.alert.vehicleId, 7, told([sent]));
      };
      await views();
      expect(await dueIds(pending, [known, overtaken, sent])).toEqual([sent.id]);
      await pending.remove({ notice: sent, version: 7 });
      await views();
      expect(await dueIds(pending, [known, overtaken, sent])).toEqual([]);
    });
  });
}
