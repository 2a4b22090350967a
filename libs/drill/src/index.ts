export { CATALOGUE, chosenFaults, listFaults, UnfitFault, UnknownFault } from './catalogue.js';
export type { DrillOptions } from './drill-options.js';
export { lastLine, renderDrill, type DrillReport } from './report.js';
export { runDrill } from './run-drill.js';
export { ServiceFailure, SERVICES, type ServiceName } from './service-process.js';
export { ServiceProcesses } from './service-processes.js';
