import { expect, it } from 'vitest';
import { alertKeyOf } from './alert-reference.js';
import { sentenceOf } from './alerts-people-commands.js';

const id = '4f0f0a0e-51b5-5d9c-9a53-0c1d2e3f4a5b';
const key = { vehicleId: 'truck-17', alertId: id };

it('finds the vehicle and the alert in what people write, and says what is missing', () => {
  expect(alertKeyOf(`truck-17/${id}`, undefined)).toEqual(key);
  expect(alertKeyOf(id, 'truck-17')).toEqual(key);
  expect(() => alertKeyOf(id, undefined)).toThrow(`name it too, as VEHICLE/${id}`);
  expect(() => alertKeyOf('truck-17/hot', undefined)).toThrow('"truck-17/hot" is no alert');
  expect(() => alertKeyOf(`truck 17/${id}`, undefined)).toThrow('"truck 17" is no vehicle id');
});

it('says what was done, and what others did before', () => {
  const seen = { acknowledgedBy: 'ann', acknowledgedAt: 'then' };
  const done = (before: object, changed = true) => ({ before, after: before, changed });
  const alert = `truck-17/${id}`;
  expect(sentenceOf(key, { action: 'acknowledge' }, done({}))).toBe(`acknowledged ${alert}`);
  expect(sentenceOf(key, { action: 'acknowledge' }, done(seen, false))).toBe(
    `${alert} was acknowledged already by ann at then`,
  );
  expect(sentenceOf(key, { action: 'assign', assignee: 'bob' }, done({ assignee: 'ann' }))).toBe(
    `assigned ${alert} to bob; it was ann's`,
  );
  expect(sentenceOf(key, { action: 'assign', assignee: null }, done({}, false))).toBe(
    `${alert} was assigned to nobody already`,
  );
  expect(sentenceOf(key, { action: 'comment', comment: 'x' }, done({}))).toBe(`noted with ${alert}`);
});
