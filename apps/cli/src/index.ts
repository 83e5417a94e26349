/** The command line as a function. */
export { runCotrace } from './program.ts';
export { processShell, type Shell } from './shell.ts';
