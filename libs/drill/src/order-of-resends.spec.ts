import { describe, expect, it } from 'vitest';
import { OrderOfResends } from './order-of-resends.js';

/** @param sent orders as a vehicle sent them. @param arrived orders as they came to the bridge first. */
function placesOf(sent: readonly number[], arrived: readonly number[]): number[] {
  const orders = new OrderOfResends();
  for (const order of sent) orders.sent('v', order);
  const arrivalOf = (order: number) => (arrived.includes(order) ? arrived.indexOf(order) : undefined);
  return arrived.map((order) => orders.placeOf('v', order, arrivalOf));
}

const isInOrder = (places: number[]) =>
  places.every((place, index) => index === 0 || (places[index - 1] ?? 0) < place);

describe('the place of a reading that was sent again', () => {
  it('is its first one when that attempt arrived', () => {
    expect(placesOf([1, 2, 3, 1, 4], [1, 2, 3, 4])).toEqual([1, 2, 3, 4]);
  });

  it('is that of the attempt that arrived when the first was lost', () => {
    const places = placesOf([1, 2, 3, 1, 2, 4], [3, 1, 2, 4]);
    expect(isInOrder(places)).toBe(true);
    expect(places[0]).toBe(3);
    expect(places[3]).toBe(4);
  });

  it('is that of the last attempt that can have arrived', () => {
    expect(isInOrder(placesOf([1, 2, 1, 3, 1, 4], [2, 3, 1, 4]))).toBe(true);
  });

  it('does not excuse what was sent once and was overtaken', () => {
    expect(placesOf([1, 2, 3], [2, 1, 3])).toEqual([2, 1, 3]);
  });

  it('does not excuse what was overtaken by something that was sent after its last attempt', () => {
    const places = placesOf([1, 2, 1, 3], [2, 3, 1]);
    expect(isInOrder(places)).toBe(false);
  });

  it('is one of its vehicle alone', () => {
    const orders = new OrderOfResends();
    for (const [vehicle, order] of [
      ['a', 1],
      ['b', 1],
      ['b', 2],
    ] as const)
      orders.sent(vehicle, order);
    expect(orders.placeOf('b', 1, (order) => 5 - order)).toBe(1);
  });
});
