export const SERVICES = ['mqtt-bridge', 'processor', 'alerts'] as const;
export type ServiceName = (typeof SERVICES)[number];
