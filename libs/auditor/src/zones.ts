/** A circle or a polygon; corners are [latitude, longitude] in degrees. */
export type Zone =
  | { readonly middle: readonly [number, number]; readonly radiusM: number }
  | { readonly corners: readonly (readonly [number, number])[] };

const EARTH_M = 6_371_008.8;

export function isWithin(zone: Zone, latitude: number, longitude: number): boolean {
  if ('corners' in zone) return encloses(zone.corners, latitude, longitude);
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

/**
 * Whether one meets the border an odd number of times on the way from a point eastward. The southern and western
 * sides are within, the northern and eastern ones are not.
 */
function encloses(
  corners: Extract<Zone, { corners: unknown }>['corners'],
  lat: number,
  lon: number,
): boolean {
  let east = shortest((corners[0]?.[1] ?? 0) - lon);
  const seen = corners.map(([north, meridian], index) => {
    const before = corners[index - 1]?.[1];
    if (before !== undefined) east += shortest(meridian - before);
    return { north: north - lat, east };
  });
  const met = seen.flatMap((one, index) => {
    const next = seen[(index + 1) % seen.length] ?? one;
    if (one.north > 0 === next.north > 0) return [];
    return [one.east - (one.north * (next.east - one.east)) / (next.north - one.north)];
  });
  // Wide zones may reach the point the other way round the globe.
  return [-360, 0, 360].some((turn) => met.filter((at) => at > turn).length % 2 === 1);
}

function shortest(degrees: number): number {
  return degrees - 360 * Math.round(degrees / 360);
}
