export interface Point {
  /** ms */
  at: number;
  value: number;
}

/** How much the value grows per second, by the line that fits best (least squares). 0 with fewer than two points. */
export function growthPerSecond(points: readonly Point[]): number {
  const mean = (pick: (point: Point) => number) =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const [at, value] = [mean((point) => point.at), mean((point) => point.value)];
  let covariance = 0;
  let variance = 0;
  for (const point of points) {
    covariance += (point.at - at) * (point.value - value);
    variance += (point.at - at) ** 2;
  }
  return variance === 0 || points.length === 0 ? 0 : (1000 * covariance) / variance;
}
