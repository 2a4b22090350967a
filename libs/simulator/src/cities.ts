/** Where vehicles drive: a centre, how the streets lie, and how far out a vehicle goes before it turns back. */
export interface City {
  name: string;
  latitude: number;
  longitude: number;
  /** Angle of the street grid against north. */
  gridDegrees: number;
  radiusM: number;
}

export const CITIES: readonly [City, ...City[]] = [
  { name: 'Berlin', latitude: 52.52, longitude: 13.405, gridDegrees: 8, radiusM: 9_000 },
  { name: 'Hamburg', latitude: 53.551, longitude: 9.994, gridDegrees: 21, radiusM: 8_000 },
  { name: 'Lyon', latitude: 45.764, longitude: 4.836, gridDegrees: 12, radiusM: 6_000 },
  { name: 'Madrid', latitude: 40.417, longitude: -3.703, gridDegrees: 4, radiusM: 9_000 },
  { name: 'Kraków', latitude: 50.062, longitude: 19.937, gridDegrees: 33, radiusM: 6_000 },
];
