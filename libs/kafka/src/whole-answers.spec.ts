import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WholeAnswers } from './whole-answers.js';

function framed(body: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/** The bytes, cut at these places. */
function chunksOf(bytes: Buffer, cuts: number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));
}

it('hands on whole answers only, all of them, in order, wherever the bytes are cut', () => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 });
  fc.assert(
    fc.property(bodies, fc.array(fc.nat()), (answers, cuts) => {
      const frames = answers.map(framed);
      const whole = new WholeAnswers();
      const ends = new Set(frames.map((_, index) => Buffer.concat(frames.slice(0, index + 1)).length));
      let handedOn = Buffer.alloc(0);
      let come = 0;
      for (const chunk of chunksOf(Buffer.concat(frames), cuts)) {
        come += chunk.length;
        const taken = whole.take(chunk);
        if (taken) handedOn = Buffer.concat([handedOn, taken]);
        // No sooner than whole, and no later.
        expect(handedOn.length).toBe(Math.max(0, ...[...ends].filter((end) => end <= come)));
      }
      expect(handedOn.equals(Buffer.concat(frames))).toBe(true);
    }),
  );
});

it('refuses what is no length', () => {
  expect(() => new WholeAnswers().take(Buffer.from([0xff, 0xff, 0xff, 0xff]))).toThrow(
    'an answer of -1 bytes',
  );
});
