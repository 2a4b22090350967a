// npm run generate:metrics
import { writeFileSync } from 'node:fs';
import { FILE, metricsText } from './text.js';

writeFileSync(FILE, metricsText());
