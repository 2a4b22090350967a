/** A circle or a polygon; corners are [latitude, longitude] in degrees. */
export type Zone =
  | { readonly middle: readonly [number, number]; readonly radiusM: number }
  | { readonly corners: readonly (readonly [number, number])[] };

const EARTH_M = 6_371_008.8;

export function isWithin(zone: Zone, latitude: number, longitude: number): boolean {
  if ('corners' in zone) return turnsAround(zone.corners, latitude, longitude) % 2 !== 0;
  const [one, other] = [vector(...zone.middle), vector(latitude, longitude)];
  return EARTH_M * angle(one, other) <= zone.radiusM;
}

type Vector = readonly [number, number, number];

function vector(latitude: number, longitude: number): Vector {
  const [phi, lambda] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180];
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}

function angle([a, b, c]: Vector, [d, e, f]: Vector): number {
  return Math.atan2(Math.hypot(b * f - c * e, c * d - a * f, a * e - b * d), a * d + b * e + c * f);
}

/** How often the border goes around a point: each corner as seen from there, east and west of it. */
function turnsAround(corners: Extract<Zone, { corners: unknown }>['corners'], lat: number, lon: number) {
  let east = shortest((corners[0]?.[1] ?? 0) - lon);
  const seen = corners.map(([north, meridian], index) => {
    const before = corners[index - 1]?.[1];
    if (before !== undefined) east += shortest(meridian - before);
    return { north: north - lat, east };
  });
  let turned = 0;
  for (const [index, one] of seen.entries()) {
    const next = seen[(index + 1) % seen.length] ?? one;
    const cross = one.east * next.north - one.north * next.east;
    turned += Math.atan2(cross, one.east * next.east + one.north * next.north);
  }
  return Math.round(turned / (2 * Math.PI));
}

function shortest(degrees: number): number {
  return degrees - 360 * Math.round(degrees / 360);
}
