import type { OutgoingRecord, ProduceLane } from '@navora/kafka';
import {
  MAX_BODY_BYTES,
  parseRedriven,
  REDRIVEN_HEADER,
  rejected,
  TRACE_HEADERS,
  type Reading,
  type ReadingCodec,
  type Rejection,
  type VehicleId,
} from '@navora/schemas';
import { NO_TRACING, type TracedLog, type TracedSpan, type Tracing } from '@navora/tracing';
import type { IPublishPacket } from 'mqtt-packet';
import type { AckWindow } from './ack-window.js';
import { deadLetterOf, type LetterTarget } from './dead-letter.js';
import { encodingOf } from './encoding.js';
import type { Intake } from './intake.js';
import { readJson } from './json-reading.js';
import type { BridgeMetrics } from './metrics.js';
import { messageOf, type ReceivedMessage } from './received-message.js';
import type { SchemaLearner } from './schema-learner.js';
import type { VehicleTopic } from './vehicle-topic.js';

/** What a journey needs on its way. */
export interface JourneyParts {
  vehicleTopic: VehicleTopic;
  codec: Pick<ReadingCodec, 'decode'>;
  learner: Pick<SchemaLearner, 'learnSoon'>;
  readings: { topic: string; encode(reading: Reading): Buffer };
  deadLetters: LetterTarget;
  /** One lane each, so that a dead-letter topic that is away does not make readings be written again and again. */
  readingsLane: Pick<ProduceLane, 'produce'>;
  deadLettersLane: Pick<ProduceLane, 'produce'>;
  intake: Intake;
  metrics: BridgeMetrics;
  tracing?: Pick<Tracing, 'arrives'> | undefined;
  tracedLog?: Pick<TracedLog, 'tell'> | undefined;
}

type Decision = { value: Buffer } | { rejection: Rejection };

/**
 * One message's whole life. Each ends as a reading or as a dead letter in Kafka, and only then is acknowledged:
 * a crash anywhere before leaves it with the broker, which delivers it again.
 */
export class Journey {
  private readonly tracing: Pick<Tracing, 'arrives'>;

  constructor(private readonly parts: JourneyParts) {
    this.tracing = parts.tracing ?? NO_TRACING;
  }

  /** Never throws and never waits: whatever a vehicle sends, the messages behind it go on. */
  begin(packet: IPublishPacket, window: AckWindow): void {
    // 1. Received: it has its place in the order of PUBACKs. QoS 0 asks for none.
    const message = messageOf(packet, Date.now());
    const delivery =
      packet.qos > 0 ? window.receive(packet.messageId as number, message.receivedAt) : undefined;
    this.parts.intake.taken(message.body.length, message.receivedAt);
    this.parts.metrics.received.inc();
    if (packet.dup) this.parts.metrics.redelivered.inc();
    const span = this.tracing.arrives('receive', message.userProperties, message.receivedAt);

    // 2. Whose is it, and what does it say?
    const vehicleId = this.parts.vehicleTopic.vehicleOf(message.topic);
    const decision = this.decide(message, vehicleId);

    // 3. To Kafka, until it is there.
    const kafkaHasIt = () => {
      const now = Date.now();
      this.parts.intake.settled(message.body.length, now);
      this.parts.metrics.inKafka(now - message.receivedAt);
      // 4. Acknowledged, as soon as everything received before it is.
      if (delivery) window.settle(delivery);
      if (span) endOf(span, vehicleId, decision);
    };
    if ('rejection' in decision) this.bury(message, vehicleId, decision.rejection, kafkaHasIt);
    else this.forward(message, vehicleId as VehicleId, decision.value, headersFor(message, span), kafkaHasIt);
  }

  private decide(message: ReceivedMessage, vehicleId: VehicleId | undefined): Decision {
    try {
      if (vehicleId === undefined) return rejected('invalid-topic', 'the topic holds no valid vehicle id');
      if (message.body.length === 0) return rejected('empty-body', 'there is no body');
      if (message.body.length > MAX_BODY_BYTES) {
        return rejected('body-too-large', `${message.body.length} bytes, more than ${MAX_BODY_BYTES}`);
      }
      return encodingOf(message) === 'json'
        ? this.fromJson(message.body, vehicleId)
        : this.fromAvro(message.body, vehicleId);
    } catch (error) {
      // A bug of ours, which it would meet again at every delivery: one message must not stop all others.
      return rejected('processing-error', String(error));
    }
  }

  private fromJson(body: Buffer, vehicleId: VehicleId): Decision {
    const read = readJson(body, vehicleId);
    return 'rejection' in read ? read : { value: this.parts.readings.encode(read.reading) };
  }

  /** Avro travels on byte by byte as the vehicle wrote it; it is decoded only to see that it is the vehicle's own. */
  private fromAvro(body: Buffer, vehicleId: VehicleId): Decision {
    const decoded = this.parts.codec.decode(body);
    if ('rejection' in decoded) return decoded;
    if ('schemaPending' in decoded) {
      // Waiting for the registry would hold up everybody's PUBACKs. The processor checks every reading again.
      this.parts.learner.learnSoon(decoded.schemaPending);
      this.parts.metrics.unverified.inc();
    } else if (decoded.reading.vehicleId !== vehicleId) {
      const { vehicleId: named } = decoded.reading;
      return rejected(
        'vehicle-mismatch',
        `vehicleId: expected ${vehicleId}, as the topic says, found ${named}`,
      );
    }
    return { value: body };
  }

  private forward(
    message: ReceivedMessage,
    vehicleId: VehicleId,
    value: Buffer,
    headers: OutgoingRecord['headers'],
    kafkaHasIt: () => void,
  ): void {
    const { readings, readingsLane, metrics } = this.parts;
    metrics.forwarded.inc();
    readingsLane.produce(
      { topic: readings.topic, key: vehicleId, value, headers, timestamp: message.receivedAt },
      kafkaHasIt,
    );
  }

  private bury(
    message: ReceivedMessage,
    vehicleId: VehicleId | undefined,
    rejection: Rejection,
    kafkaHasIt: () => void,
  ): void {
    const { deadLetters, deadLettersLane, metrics } = this.parts;
    const letter = deadLetterOf(message, vehicleId, rejection, deadLetters, Date.now());
    metrics.deadLettered(rejection.reason);
    const { reason } = rejection;
    this.parts.tracedLog?.tell('dead_lettered', message.userProperties, { vehicleId, reason });
    deadLettersLane.produce({ ...letter, headers: headersFor(message) }, kafkaHasIt);
  }
}

function endOf(span: TracedSpan, vehicleId: VehicleId | undefined, decision: Decision): void {
  if (vehicleId !== undefined) span.tell({ 'navora.vehicle_id': vehicleId });
  if ('rejection' in decision) span.fail(decision.rejection.reason);
  else span.end();
}

/** What travels on into Kafka: the trace, and the mark of a message that was redriven. */
function headersFor({ userProperties }: ReceivedMessage, span?: TracedSpan): OutgoingRecord['headers'] {
  if (userProperties === undefined) return span?.headers;
  const headers: NonNullable<OutgoingRecord['headers']> = {};
  for (const name of TRACE_HEADERS) {
    const value = userProperties[name];
    if (value !== undefined) headers[name] = value;
  }
  if (span) Object.assign(headers, span.headers);
  const redriven = userProperties[REDRIVEN_HEADER];
  if (parseRedriven(redriven)) headers[REDRIVEN_HEADER] = redriven;
  return headers;
}
