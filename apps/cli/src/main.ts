/** `cotrace …`: this process's words to the program, its answer to the exit code. */
import { processShell, runCotrace } from './index.ts';

process.exitCode = await runCotrace(process.argv.slice(2), processShell());
