import { deadLetterIdOfMqtt, deadLetterIdOfRecord, REDRIVEN_HEADER, type DeadLetter } from '@navora/schemas';

const NOTHING = { key: null, value: null, headers: {}, contentType: null, topic: null, partition: null };
const ABOUT = { deadLetteredAt: Date.parse('2026-11-22T08:00:00Z'), vehicleId: 'truck-17', mqttTopic: null };

/** Given up by the processor. */
export function aRecordLetter(over: Partial<DeadLetter> = {}): DeadLetter {
  return {
    ...{ ...NOTHING, ...ABOUT, topic: 'telemetry.readings.v1', partition: 3, offset: 42 },
    id: deadLetterIdOfRecord('telemetry.readings.v1', 3, 42n),
    reason: 'unknown-schema',
    error: 'the registry has no schema 9',
    service: 'processor',
    key: Buffer.from('truck-17'),
    value: Buffer.from([0, 0, 0, 0, 9, 1]),
    headers: { traceparent: Buffer.from('00-t') },
    ...over,
  };
}

/** Given up by the bridge. */
export function aMessageLetter(over: Partial<DeadLetter> = {}): DeadLetter {
  const mqttTopic = 'vehicles/truck-17/telemetry';
  const value = Buffer.from('not json');
  return {
    ...{ ...NOTHING, ...ABOUT, mqttTopic, offset: null },
    id: deadLetterIdOfMqtt(mqttTopic, value),
    reason: 'malformed-body',
    error: 'not JSON',
    service: 'mqtt-bridge',
    value,
    ...over,
  };
}

export const redrivenFor = (letterId: string, number: number): Pick<DeadLetter, 'headers'> => ({
  headers: { [REDRIVEN_HEADER]: Buffer.from(`${letterId}/${number}`) },
});
