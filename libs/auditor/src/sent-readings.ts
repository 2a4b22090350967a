import type { Judged, Sent } from './evidence.js';
import { type AcknowledgedLine, type HistoryLine, notALine, type SentLine } from './history-lines.js';
import { deadLetterIdOfMessage, digestOf } from './ids.js';

/** Judges a sent body; Avro bodies need the registry, so it may take a while. */
export type JudgeBody = (body: Buffer, vehicleId: string, encoding: string) => Judged | Promise<Judged>;

/** Merges what was sent more than once: within a run, and over runs. */
export class SentReadings {
  private readonly sent = new Map<string, Sent>();
  private run = 0;
  /** This run's readings by vehicle and order, for the acknowledgements. */
  private inRun = new Map<string, Sent>();

  constructor(private readonly judge: JudgeBody) {}

  all(): Sent[] {
    return [...this.sent.values()];
  }

  async take(line: HistoryLine): Promise<void> {
    if (line.run !== this.run) {
      this.run = line.run;
      this.inRun = new Map();
    }
    if (line.type === 'sent') await this.takeSent(line);
    else this.takeAcknowledged(line);
  }

  private async takeSent({ run, at, vehicleId, order, messageId, topic, encoding, body }: SentLine) {
    const digest = digestOf(body);
    const key = `${vehicleId} ${digest}`;
    let sent = this.sent.get(key);
    if (sent === undefined) {
      const judged = await this.judge(body, vehicleId, encoding);
      const known = 'reading' in judged ? judged.reading.messageId : messageId;
      sent = {
        ...{ vehicleId, topic, digest, judged, run, order, firstSentAt: at },
        messageId: known?.toLowerCase() ?? '',
        deadLetterId: deadLetterIdOfMessage(topic, body),
      };
      this.sent.set(key, sent);
    } else if (at < sent.firstSentAt) {
      Object.assign(sent, { run, order, firstSentAt: at });
    }
    this.inRun.set(`${vehicleId} ${order}`, sent);
  }

  private takeAcknowledged({ where, at, vehicleId, order }: AcknowledgedLine): void {
    const sent = this.inRun.get(`${vehicleId} ${order}`);
    if (sent === undefined) throw notALine(where);
    if (sent.acknowledgedAt === undefined || at < sent.acknowledgedAt) sent.acknowledgedAt = at;
  }
}
