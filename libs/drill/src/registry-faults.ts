import type { Fault } from './fault.js';
import { freeze, keepAway } from './stack-faults.js';

export const registryAway: Fault = {
  code: 'P18',
  title: 'schema registry down, frozen or slow, while a service starts',
  invariants: ['I1', 'I5', 'I9'],
  touches: ['registry', 'bridge', 'processor', 'alerts'],
  lastsMs: [8000, 30_000],
  begin: async (world) => {
    const heal = await outage(world);
    // Warm for those that run, cold for the one that starts now.
    const service = world.random.pick(['mqtt-bridge', 'processor', 'alerts'] as const);
    world.services.processOf(service)?.kill('SIGKILL');
    return heal;
  },
};

const outage: Fault['begin'] = async (world) => {
  const { links, random, tell } = world;
  const how = random.pick(['down', 'frozen', 'slow'] as const);
  if (how === 'down') return keepAway(world, 'registry');
  if (how === 'frozen') return freeze(world, 'registry');
  tell('each answer of the registry 2 s late');
  links.registry.delay(1000);
  return async () => links.registry.heal();
};
