export { FaultyLink, type LinkOptions } from './faulty-link.js';
