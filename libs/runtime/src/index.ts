export * from './admin-server.js';
export * from './backoff.js';
export * from './config.js';
export * from './duration.js';
export * from './logging.js';
export { PositionedYaml, type Path } from './positioned-yaml.js';
export * from './service.js';
export * from './service-settings.js';
export * from './tls-files.js';
