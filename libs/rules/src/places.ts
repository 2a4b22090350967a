import type { Place, Position } from './rule.js';

/** Metres: the mean radius of the earth, IUGG. */
const EARTH_M = 6_371_008.8;

/** Whether a position in degrees lies in a place. */
export function liesIn(place: Place, latitude: number, longitude: number): boolean {
  if ('polygon' in place) return liesInPolygon(place.polygon, latitude, longitude);
  return distanceM(place.latitude, place.longitude, latitude, longitude) <= place.radiusM;
}

/** Whether a receiver can have meant it: some send what no globe has when they have no fix. */
export function isOnEarth(latitude: number, longitude: number): boolean {
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
}

/** Along a great circle, by the haversine formula; right to 0.5 %, since the earth is no sphere. */
export function distanceM(lat1: number, lon1: number, lat2: number, lon2: number): number {
  const [a1, a2] = [radians(lat1), radians(lat2)];
  const dLat = Math.sin((a2 - a1) / 2);
  const dLon = Math.sin(radians(lon2 - lon1) / 2);
  const h = dLat * dLat + Math.cos(a1) * Math.cos(a2) * dLon * dLon;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

/**
 * Casts a ray to the east and counts the sides it crosses. Longitudes are counted on from corner to corner, so
 * that a side from 179 to -179 is two degrees long and not 358.
 */
function liesInPolygon(corners: readonly Position[], latitude: number, longitude: number): boolean {
  const [first] = corners;
  if (first === undefined) return false;
  const at = near(first[1], longitude);
  // A polygon may reach beyond half a turn from its first corner.
  return [at, at - 360, at + 360].some((east) => crossings(corners, latitude, east) % 2 === 1);
}

function crossings(corners: readonly Position[], latitude: number, longitude: number): number {
  const [first] = corners;
  let count = 0;
  let [lat1, lon1] = first ?? [0, 0];
  for (const corner of [...corners.slice(1), ...corners.slice(0, 1)]) {
    const [lat2, lon2] = [corner[0], near(lon1, corner[1])];
    if (lat1 > latitude !== lat2 > latitude) {
      const crossing = lon1 + ((latitude - lat1) / (lat2 - lat1)) * (lon2 - lon1);
      if (longitude < crossing) count++;
    }
    [lat1, lon1] = [lat2, lon2];
  }
  return count;
}

/** The same longitude, counted so that it is at most half a turn from another. */
function near(other: number, longitude: number): number {
  return longitude + Math.round((other - longitude) / 360) * 360;
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
