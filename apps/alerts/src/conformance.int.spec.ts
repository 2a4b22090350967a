import type { ServiceProcess } from '@navora/testing';
import { afterAll, beforeAll, describe } from 'vitest';
import { AlertsRig } from './testing/alerts-rig.js';
import { describeComplaintsAboutSilence } from './testing/complaints-about-silence.js';
import { describeComplaints } from './testing/complaints.js';
import type { Raise } from './testing/drive.js';

describe('on the real Kafka and Cassandra', () => {
  let rig: AlertsRig;
  let service: ServiceProcess;
  beforeAll(async () => {
    rig = await AlertsRig.create(process.env);
    service = await rig.start(rig.groups[0]);
  }, 120_000);
  afterAll(async () => {
    await service.end('SIGTERM');
    await rig.drop();
  }, 60_000);

  const raise: Raise = async (deliveries) => {
    const [group] = rig.groups;
    for (const [index, signals] of deliveries.entries()) {
      if (index > 0) {
        // It leaves the group as it goes: one that was killed would be waited for.
        await service.end('SIGTERM');
        service = await rig.start(group);
      }
      await rig.topic.send(signals);
      await rig.untilAllIsCommitted(group);
    }
    const first = deliveries.flat().find((one) => 'vehicleId' in one);
    return rig.raisedFor(first?.vehicleId ?? '');
  };
  describeComplaints(raise, 120_000);
  describeComplaintsAboutSilence(raise, 120_000);
});
