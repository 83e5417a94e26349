/** `node scripts/setup/prepare.mjs packages client web engine replicas`: the named steps only, for images and build machines. */
import {
  buildWeb,
  checkNode,
  generateDatabaseClient,
  installPackages,
  installReplicas,
  installTensorEngine,
  SetupError,
  step,
} from './steps.mjs';

const STEPS = {
  packages: ['packages', installPackages],
  client: ['database client', generateDatabaseClient],
  web: ['web application', buildWeb],
  engine: ['tensor engine', installTensorEngine],
  replicas: ['replicas', installReplicas],
};

try {
  checkNode();
  for (const name of process.argv.slice(2)) {
    if (!STEPS[name]) {
      throw new SetupError(
        'STEP_UNKNOWN',
        `one of ${Object.keys(STEPS).join(', ')} was expected, got "${name}".`,
      );
    }
    await step(...STEPS[name]);
  }
} catch (error) {
  process.stderr.write(`${error instanceof SetupError ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
