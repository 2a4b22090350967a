export { measurementsOf, SILENCE } from './conditions.js';
export { Judge, type Judgement } from './judge.js';
export * from './rule.js';
export { loadRules, parseRules, WrongRules } from './rules-file.js';
export { removedIn, RulesInForce, type RulesNews } from './rules-in-force.js';
export { rulesJsonSchema } from './file-shape.js';
export { sentenceOf } from './sentence.js';
export { fits } from './vehicle-pattern.js';
