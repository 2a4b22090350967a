import { everywhere, program } from './program.js';

/** In an image: what needs neither the repository nor a stack of our own. */
await program(everywhere).parseAsync();
