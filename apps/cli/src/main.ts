import { drillCommand } from './drill-command.js';
import { everywhere, program } from './program.js';
import { stackCommand } from './stack-command.js';
import { startCommand } from './start-command.js';

/** In the repository: with the local stack, and what runs on it. */
await program([startCommand, stackCommand, ...everywhere, drillCommand]).parseAsync();
