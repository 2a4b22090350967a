import type { Check } from './check.js';
import { placeText } from './ids.js';

export const wrongVehicle: Check = {
  name: 'wrong vehicle',
  invariant: 'I12',
  promise: 'the key of every record is the vehicle that speaks in it',
  *find(file) {
    const sentBy = new Set(file.evidence.history.sent.map((sent) => `${sent.vehicleId} ${sent.digest}`));
    for (const record of file.evidence.records) {
      if ('bad' in record.judged || !file.isOurs(record.key)) continue;
      const { vehicleId, messageId } = record.judged.reading;
      if (vehicleId === record.key) continue;
      // A vehicle that speaks for another in a schema unknown to the bridge travels on under its own key.
      if (
        file.deadLetterOf(record)?.reason === 'vehicle-mismatch' &&
        sentBy.has(`${record.key} ${record.digest}`)
      )
        continue;
      const who = { expected: vehicleId, found: record.key };
      const where = { at: placeText(record), time: record.timestamp };
      yield { what: 'under the key of another vehicle', vehicleId, messageId, ...where, ...who };
    }
  },
};
