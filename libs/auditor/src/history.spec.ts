import { describe, expect, it } from 'vitest';
import { judgeJson } from './body.js';
import { HistoryLines } from './history-lines.js';
import { SentReadings } from './sent-readings.js';

const RUN = '{"type":"run","at":1000,"seed":1,"vehicles":1,"prefix":"v"}';
const sent = (order: number, at: number, attempt = 1, content = order) => {
  const body = Buffer.from(JSON.stringify({ recordedAt: 1_000_000 + content, speedKph: content })).toString(
    'base64',
  );
  const about = { vehicleId: 'v1', order, topic: 'vehicles/v1/telemetry', encoding: 'json', attempt };
  return JSON.stringify({ type: 'sent', at, ...about, body });
};
const acknowledged = (order: number, at: number, reasonCode = 0) =>
  JSON.stringify({ type: 'acknowledged', at, vehicleId: 'v1', order, reasonCode });

async function read(...files: string[][]) {
  const histories = new HistoryLines();
  const sentReadings = new SentReadings((body, vehicleId) => judgeJson(body, vehicleId));
  for (const lines of files)
    for await (const line of histories.ofText('run.jsonl', lines)) await sentReadings.take(line);
  return { startedAt: histories.startedAt, sent: sentReadings.all() };
}

describe('a history', () => {
  it('counts a reading once, however often it was attempted', async () => {
    const history = await read([RUN, sent(1, 1001), sent(1, 1500, 2), acknowledged(1, 1600), sent(2, 1700)]);
    expect(history.startedAt).toBe(1000);
    expect(history.sent).toMatchObject([{ order: 1, firstSentAt: 1001, acknowledgedAt: 1600 }, { order: 2 }]);
    expect(history.sent[1]?.acknowledgedAt).toBeUndefined();
  });

  it('does not take a refusal for an acknowledgement', async () => {
    const history = await read([RUN, sent(1, 1001), acknowledged(1, 1002, 0x87)]);
    expect(history.sent[0]?.acknowledgedAt).toBeUndefined();
  });

  it('keeps the order of the first run when a recording is replayed twice', async () => {
    const first = [RUN, sent(1, 1001, 1, 10), sent(2, 1002, 1, 20)];
    const second = [RUN, sent(1, 2001, 1, 20), acknowledged(1, 2002), sent(2, 2003, 1, 30)];
    const expected = [
      { run: 1, order: 1 },
      { run: 1, order: 2, acknowledgedAt: 2002 },
      { run: 2, order: 2 },
    ];
    expect((await read(first, second)).sent).toMatchObject(expected);
    expect((await read([...first, ...second])).sent).toMatchObject(expected);
  });

  it('does not count what was acknowledged after the cut', async () => {
    const lines = [RUN, sent(1, 1001), acknowledged(1, 1002)];
    const read = async (countedUntil: number) => {
      const found = [];
      for await (const line of new HistoryLines().ofText('run.jsonl', lines, countedUntil))
        found.push(line.type);
      return found;
    };
    const length = Buffer.byteLength(lines.join('\n')) + 1;
    expect(await read(length)).toEqual(['sent', 'acknowledged']);
    expect(await read(length - 1)).toEqual(['sent']);
  });

  it('may end in a torn line', async () => {
    expect((await read([RUN, sent(1, 1001), '{"type":"sen'])).sent).toHaveLength(1);
  });

  it.each([
    ['garbage in the middle', [RUN, '{"type":"sen', sent(1, 1001)], 2],
    ['an unknown type', [RUN, '{"type":"guessed"}'], 2],
    ['no beginning', [sent(1, 1001)], 1],
    ['a sent line without a body', [RUN, '{"type":"sent","at":1,"vehicleId":"v1","order":1}'], 2],
    ['an acknowledgement of nothing', [RUN, acknowledged(1, 1001)], 2],
  ])('is refused with its line: %s', async (_, lines, line) => {
    await expect(read(lines)).rejects.toThrow(`run.jsonl:${line}: `);
  });
});
