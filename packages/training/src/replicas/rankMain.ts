/** What mpiexec starts as each rank: `rankMain.ts FOLDER`. */
import { runRank } from './rank.ts';

await runRank(process.argv[2]!);
