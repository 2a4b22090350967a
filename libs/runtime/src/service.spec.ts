import { expect, it, vi } from 'vitest';
import { createLogger } from './logging.js';
import { Service } from './service.js';

it('a service is as ready as its parts are, until it stops: from then on it is not', async () => {
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
  const service = new Service('a-service', createLogger('a-service', 'silent'));
  const reasons: string[] = [];
  const health = service.readyUntilItEnds({ notReadyBecause: () => reasons });
  expect(health.notReadyBecause()).toEqual([]);
  reasons.push('Kafka is away');
  expect(health.notReadyBecause()).toEqual(['Kafka is away']);
  reasons.pop();

  const whileDraining: string[][] = [];
  await service.start(
    'a part that drains',
    () => 'part',
    () => void whileDraining.push(health.notReadyBecause()),
  );
  await service.end(0, 10_000);
  expect(whileDraining).toEqual([['stopping']]);
  expect(exit).toHaveBeenCalledWith(0);
  exit.mockRestore();
});
