import { eventually } from '@navora/testing';
import { expect, it } from 'vitest';
import type { VehicleState } from './alert.js';
import { Dispatcher } from './dispatcher.js';
import type { PendingNotice } from './ledger.js';
import { silent } from './testing/a-journey.js';
import { aNotice } from './testing/a-notice.js';

const outletNamed = (name: string) => {
  const offered: string[] = [];
  const outlet = {
    name,
    offered,
    stopped: false,
    offer: ({ notice }: PendingNotice) => void offered.push(notice.id),
    stop: () => Promise.resolve(void (outlet.stopped = true)),
  };
  return outlet;
};

function aRig(stored: PendingNotice[], failing = new Set<string>()) {
  const outlets = [outletNamed('mail'), outletNamed('chat')] as const;
  const seen: Record<string, number> = {};
  const dispatcher = new Dispatcher({
    outlets,
    pending: {
      async *due(channel) {
        await Promise.resolve();
        if (failing.has(channel)) throw new Error('Cassandra is away');
        yield* stored.filter(({ notice }) => notice.channel === channel);
      },
    },
    metrics: { announced: () => undefined, pending: (channel, count) => void (seen[channel] = count) },
    log: silent,
    lookEveryMs: 5,
  });
  return { dispatcher, outlets, seen };
}

const stateWith = (known: boolean, ...notices: ReturnType<typeof aNotice>[]): VehicleState => ({
  version: 4,
  marks: { originPartition: 3, originOffset: 1, recordedAt: 1, messageId: 'm' },
  open: [],
  last: { id: '3/1', changes: [], announcement: { notices, withdrawn: [], known } },
});

it('brings what was just decided to its channel, but for what people knew before', () => {
  const { dispatcher, outlets } = aRig([]);
  const [mail, chat] = [aNotice(), aNotice({ channel: 'chat' })];
  dispatcher.announce(stateWith(false, mail, chat));
  dispatcher.announce(stateWith(true, aNotice({ id: 'known' })));
  dispatcher.announce({ ...stateWith(false), last: { id: '3/1', changes: [] } });
  expect(outlets.map(({ offered }) => offered)).toEqual([[mail.id], [chat.id]]);
});

it('finds what others left in the view, again and again, also when one channel cannot be read', async () => {
  const stored = [aNotice({ channel: 'chat' })].map((notice) => ({ notice, version: 1 }));
  const { dispatcher, outlets, seen } = aRig(stored, new Set(['mail']));
  dispatcher.start();
  await eventually('two looks', () => outlets[1].offered.length >= 2);
  expect(seen).toEqual({ chat: 1 });
  await dispatcher.stop();
  const looks = outlets[1].offered.length;
  expect(outlets.every(({ stopped }) => stopped)).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(outlets[1].offered).toHaveLength(looks);
});
