import { expect, it } from 'vitest';
import fc from 'fast-check';
import { csvRecords, linesOf } from './csv-records.js';

async function* chunks(...texts: string[]): AsyncGenerator<string> {
  yield* texts;
}

async function records(text: string) {
  const all = [];
  for await (const record of csvRecords(chunks(text))) all.push(record);
  return all;
}

it('reads quoted fields, doubled quotes, CRLF and a byte order mark', async () => {
  expect(await records('\uFEFFa,b\r\n"x, y","say ""hi"""\r\n')).toEqual([
    { line: 1, fields: ['a', 'b'] },
    { line: 2, fields: ['x, y', 'say "hi"'] },
  ]);
});

it('reads a quoted field over several lines, and counts lines as an editor does', async () => {
  expect(await records('a,b\n"x\ny",1\n\n2,3')).toEqual([
    { line: 1, fields: ['a', 'b'] },
    { line: 2, fields: ['x\ny', '1'] },
    { line: 5, fields: ['2', '3'] },
  ]);
});

it('gives up only the line on which a quote is never closed', async () => {
  expect(await records('a,b\n"x,1\n2,3\n4,5')).toEqual([
    { line: 1, fields: ['a', 'b'] },
    { line: 2, problem: 'is not CSV: a quote is opened and never closed' },
    { line: 3, fields: ['2', '3'] },
    { line: 4, fields: ['4', '5'] },
  ]);
});

it('says where a quote does not belong', async () => {
  expect(await records('a"b",c\n"a" b,c')).toEqual([
    { line: 1, problem: 'is not CSV: a quote in the middle of a field' },
    { line: 2, problem: 'is not CSV: text after a closing quote' },
  ]);
});

it('finds the same lines, however the text arrives in pieces', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', ',', '\n', '\r\n', '"') });
  await fc.assert(
    fc.asyncProperty(text, fc.nat(20), async (whole, cut) => {
      const lines = async (...pieces: string[]) => {
        const all = [];
        for await (const line of linesOf(chunks(...pieces))) all.push(line);
        return all;
      };
      expect(await lines(whole.slice(0, cut), whole.slice(cut))).toEqual(await lines(whole));
    }),
  );
});
