import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from '@navora/testing';
import { expect, it } from 'vitest';
import type { MemberSays } from './group-member.fixture.js';
import { WatchedGroup } from './watched-group.fixture.js';

const workspace = fileURLToPath(new URL('../../..', import.meta.url));

function aMemberProcess({ groupId, topic }: WatchedGroup) {
  const child = fork(fileURLToPath(new URL('group-member.fixture.ts', import.meta.url)), [groupId, topic], {
    cwd: workspace,
    execArgv: ['--conditions=@navora/source', '--import', '@swc-node/register/esm-register'],
    env: { ...process.env, SWC_NODE_PROJECT: `${workspace}/tsconfig.base.json` },
  });
  const said: MemberSays[] = [];
  child.on('message', (message) => said.push(message as MemberSays));
  const count = (event: MemberSays['event']) => said.filter((one) => one.event === event).length;
  return { child, said, count };
}

it('P3: a member frozen past its session and thawed: its late commit is refused, and it joins again', async () => {
  const group = await WatchedGroup.create();
  const { child, said, count } = aMemberProcess(group);
  try {
    await group.produce(5);
    await eventually('all records in its hands', () => count('holds') === 20, { withinMs: 60_000 });
    child.kill('SIGSTOP');

    const survivor = group.member('survivor', (batch, record) => group.resolve(batch, record));
    await survivor.start();
    await group.untilCommitted('its records, by the survivor');
    await group.produce(5);
    await group.untilCommitted('more by the survivor');

    // It will find this first when it wakes: its old work done, to be committed in a group that has gone on.
    child.send('resolve what you hold');
    child.kill('SIGCONT');
    await eventually('its old work done', () => count('resolves') === 20);
    await eventually('it joined again', () => count('joined') === 2, { withinMs: 60_000 });
    expect(await group.committed()).toEqual([10, 10, 10, 10]);

    child.on('message', (message) => {
      const one = message as MemberSays;
      if (one.event === 'resolves')
        group.doneElsewhere({ partition: one.partition, offset: BigInt(one.offset) });
    });
    await group.produce(5);
    await group.untilCommitted('the rest, by both');
    await eventually('work of its own in the new assignment', () =>
      said.some((one) => one.event === 'resolves' && Number(one.offset) >= 10),
    );
    await group.judge();
  } finally {
    child.kill('SIGCONT');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await group.end();
  }
});
