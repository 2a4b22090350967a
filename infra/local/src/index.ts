export { type ComponentName, componentNames } from './component.js';
export { stackHome } from './config.js';
export { servicesEnv, type StackEndpoints } from './endpoints.js';
export type { StackProgress } from './progress.js';
export { type StackOptions, startStack, stopStack } from './stack.js';
export { StackError } from './stack-error.js';
export { type ComponentStatus, type StackStatus, stackStatus } from './status.js';
