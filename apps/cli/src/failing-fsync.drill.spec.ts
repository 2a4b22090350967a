import { cpSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { FailingSync } from '@navora/faults';
import { componentData, componentLog, componentProcess, holdBack } from '@navora/local-stack';
import { expect, it, onTestFinished } from 'vitest';
import { LoadedStack } from './loaded-stack.fixture.js';
import { OwnStack } from './own-stack.fixture.js';

it('W4: fsyncs on the disk of Cassandra fail under load: it ends, and nothing that the disk never got counts as stored', async ({
  skip,
}) => {
  const sync = FailingSync.build();
  if (typeof sync === 'string') return skip(`not run: ${sync}`);
  onTestFinished(() => sync.dispose());
  const stack = await OwnStack.start('failing-fsync', { environment: { cassandra: sync.environment } });
  if (typeof stack === 'string') return skip(`not run: ${stack}`);
  onTestFinished(() => stack.dispose(), 120_000);
  const loaded = await LoadedStack.start(stack);
  onTestFinished(() => loaded.dispose(), 120_000);
  await loaded.drive(4);

  const cassandra = holdBack(stack.name, 'cassandra');
  const disk = diskOf(stack.name);
  frozen(stack.name, () => {
    disk.keep();
    sync.fail();
  });
  await cassandra.ended(60_000);
  expect(readFileSync(componentLog(stack.name, 'cassandra'), 'utf8')).toMatch(
    /Exiting forcefully due to:[\s\S]*Input\/output error/,
  );
  await loaded.sends(1000);
  expect(await loaded.notReady(), 'I13').toContain('processor');

  disk.loseWhatCameAfter();
  sync.heal();
  await cassandra.letGo();
  await loaded.sends(1000);
  await loaded.carriesAll();
  expect(await loaded.verdict(), 'I1 I3 I5').toMatch(/\nheld$/);
  expect(loaded.restarts).toEqual([]);
}, 600_000);

/** Between two instructions of Cassandra, as it were. */
function frozen(stack: string, act: () => void): void {
  const { pid } = componentProcess(stack, 'cassandra');
  process.kill(pid, 'SIGSTOP');
  try {
    act();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

/**
 * The page cache outlives a process, so whatever was written is there again for its successor, synced or not. A disk
 * that fails to sync has lost it: so what is on it when the failures begin is all there will be.
 */
function diskOf(stack: string): { keep(): void; loseWhatCameAfter(): void } {
  const folder = componentData(stack, 'cassandra');
  const kept = `${folder}-kept`;
  return {
    keep: () => cpSync(folder, kept, { recursive: true }),
    loseWhatCameAfter: () => {
      rmSync(folder, { recursive: true });
      renameSync(kept, folder);
    },
  };
}
