/**
 * The places of readings in their vehicle's order, where the broker loses what it acknowledged.
 *
 * A reading whose first attempt was lost and that its device sends again stands behind what was sent in between:
 * nobody could put it where it was. Its place is then that of the attempt which arrived. Whether one was lost is
 * told by the order of arrival at the bridge alone, and only of readings that were sent more than once; all others
 * keep their places.
 */
export class OrderOfResends {
  /** By vehicle: the highest order that was sent. */
  private readonly highest = new Map<string, number>();
  /** By reading: behind which order each of its resends stood. */
  private readonly resends = new Map<string, number[]>();

  /** Each attempt, in the order they were made. */
  sent(vehicleId: string, order: number): void {
    const highest = this.highest.get(vehicleId);
    if (highest === undefined || order > highest) {
      this.highest.set(vehicleId, order);
      return;
    }
    const reading = `${vehicleId} ${order}`;
    const places = this.resends.get(reading);
    if (places) places.push(highest);
    else this.resends.set(reading, [highest]);
  }

  /**
   * @param arrivalOf when a reading of the vehicle came to the bridge first, in any unit; undefined if never.
   * @returns its order, or a fraction above that of the reading it had to follow.
   */
  placeOf(vehicleId: string, order: number, arrivalOf: (order: number) => number | undefined): number {
    const arrival = arrivalOf(order);
    if (arrival === undefined) return order;
    const overtaker = this.resends
      .get(`${vehicleId} ${order}`)
      ?.findLast((place) => place > order && (arrivalOf(place) ?? Infinity) < arrival);
    // Several behind the same one keep their own order.
    return overtaker === undefined ? order : overtaker + (order + 1) / (overtaker + 2);
  }
}
