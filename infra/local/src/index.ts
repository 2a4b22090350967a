export { boundToUs } from './bound-to-us.js';
export { type ComponentName, componentNames, nodeName } from './component.js';
export { type RunningStack, startContainerStack } from './container-stack.js';
export { stackHome } from './config.js';
export { type KafkaLink, servicesEnv, type StackEndpoints } from './endpoints.js';
export {
  componentData,
  componentLog,
  componentProcess,
  type HeldBack,
  holdBack,
  loseDisk,
  nodesByAge,
  restartComponent,
  takeAway,
  untilHealthy,
} from './faults.js';
export { OwnBroker, OwnSecureBroker } from './own-broker.js';
export { type NodeCount, nodeCountFrom } from './nodes.js';
export type { ProcessIdentity } from './process-identity.js';
export type { StackProgress } from './progress.js';
export { type StackOptions, startStack, stopStack } from './stack.js';
export { StackError } from './stack-error.js';
export { type CertificateFiles, type Client, principalOf, type StackTls } from './stack-tls.js';
export { type ComponentStatus, type StackStatus, stackStatus } from './status.js';
export type { Tuning } from './tuning.js';
export { startTestStack } from './test-stack.js';
