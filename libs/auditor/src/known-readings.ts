import { sameContent } from './content.js';
import type { BodyReading, ReadingRecord, Row, Sent } from './evidence.js';

/**
 * Lets records and rows that say what was sent share the sent reading, so that a reading is held in memory once
 * and is found equal at a glance. Decides nothing: what differs stays as it was found.
 */
export class KnownReadings {
  private readonly sent = new Map<string, BodyReading>();

  constructor(all: Iterable<Sent>) {
    for (const { judged } of all) {
      if ('reading' in judged)
        this.sent.set(`${judged.reading.vehicleId} ${judged.reading.messageId}`, judged.reading);
    }
  }

  inRecord(record: ReadingRecord): ReadingRecord {
    const sent = 'reading' in record.judged && this.sentLike(record.judged.reading);
    return sent ? { ...record, judged: { reading: sent } } : record;
  }

  inRow(row: Row): Row {
    const sent = this.sentLike(row);
    return sent
      ? { ...row, vehicleId: sent.vehicleId, messageId: sent.messageId, content: sent.content }
      : row;
  }

  private sentLike(said: BodyReading): BodyReading | undefined {
    const sent = this.sent.get(`${said.vehicleId} ${said.messageId}`);
    if (sent === undefined || sent.recordedAt !== said.recordedAt) return undefined;
    return sameContent(sent.content, said.content) ? sent : undefined;
  }
}
