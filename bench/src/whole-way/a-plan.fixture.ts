import type { LoadPlan } from './load-plan.js';

export const aPlan = (over: Partial<LoadPlan> = {}): LoadPlan => ({
  run: '0badcafe',
  vehicles: 5000,
  ratePerSecond: 1000,
  warmUpSeconds: 10,
  measuredSeconds: 20,
  startAt: 1_790_000_000_000,
  alertsPerSecond: 10,
  ...over,
});
