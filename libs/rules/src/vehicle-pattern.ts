/** Whether a vehicle id fits a pattern, in which `*` stands for any characters, also none. */
export function fits(pattern: string, vehicleId: string): boolean {
  const [start = '', ...rest] = pattern.split('*');
  const end = rest.pop();
  if (end === undefined) return vehicleId === start;
  if (!vehicleId.startsWith(start) || vehicleId.length < start.length + end.length) return false;
  let at = start.length;
  for (const part of rest) {
    const found = vehicleId.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return vehicleId.endsWith(end) && vehicleId.length - end.length >= at;
}
