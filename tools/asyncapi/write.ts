// npm run generate:asyncapi
import { writeFileSync } from 'node:fs';
import { asyncApiText, FILE } from './text.js';

writeFileSync(FILE, asyncApiText());
