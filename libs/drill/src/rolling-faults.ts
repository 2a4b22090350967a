import { restartComponent } from '@navora/local-stack';
import type { Fault } from './fault.js';
import { stopped } from './service-faults.js';
import { SERVICES } from './services.js';
import { allOf } from './stack-faults.js';

export const rollingRestart: Fault = {
  code: 'W5',
  title: 'rolling restart of everything: services, registry, Kafka, Cassandra, MQTT broker',
  invariants: ['I1', 'I3', 'I7', 'I11'],
  touches: ['bridge', 'processor', 'alerts', 'kafka', 'cassandra', 'mqtt', 'registry'],
  lastsMs: [30_000, 30_000],
  begin: async (world) => {
    world.tell('everything restarted, one after the other');
    const rolled = (async () => {
      for (const service of SERVICES) {
        await stopped(world, service);
        world.services.release(service);
        await world.services.processOf(service)?.untilReady(new AbortController().signal);
      }
      for (const kind of ['registry', 'kafka', 'cassandra', 'mqtt'] as const)
        for (const component of allOf(world.stack, kind)) await restartComponent(world.stack, component);
    })();
    rolled.catch(() => undefined);
    return () => rolled;
  },
};
