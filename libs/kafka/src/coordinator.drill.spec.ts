import { eventually, restart } from '@navora/testing';
import { expect, it } from 'vitest';
import { WatchedGroup } from './watched-group.fixture.js';

it.each(['SIGKILL', 'SIGTERM'] as const)(
  'P4: the coordinator ended with %s under load and back: the members go on by themselves, and nothing is lost or taken back',
  async (signal) => {
    const group = await WatchedGroup.create();
    try {
      const [one, other] = ['one', 'other'].map((name) =>
        group.member(name, (batch, record) => void setTimeout(() => group.resolve(batch, record), 10)),
      );
      await one?.start();
      await other?.start();
      await group.produce(5);
      await group.untilCommitted('both at work');
      await group.produce(500);
      await restart('kafka', signal);
      await group.produce(5);
      await group.untilCommitted("everything, without anybody's help", 180_000);
      await eventually('both with a share', () => one?.assigned && other?.assigned, { withinMs: 60_000 });
      await group.produce(5);
      await group.untilCommitted('what came after');
      await group.judge();
      expect(group.produced).toEqual([515, 515, 515, 515]);
    } finally {
      await group.end();
    }
  },
  300_000,
);
