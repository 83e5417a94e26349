/** `npm start`: set everything up, then run the server and one trainer until Ctrl-C. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { SERVER_FLAGS, SERVER_MEMORY } from './setup/serverMemory.mjs';
import {
  buildWeb,
  checkNode,
  generateDatabaseClient,
  installPackages,
  installReplicas,
  installTensorEngine,
  ROOT,
  SetupError,
  step,
} from './setup/steps.mjs';

const children = [];
/** What TensorFlow's library tells its own developers at load, before any log level is read. */
const LIBRARY_NOTE = /^(WARNING: All log messages before absl::InitializeLog|I\d{4} [\d:. ]+port\.cc:)/;
let stopping = false;

/** Children live in process groups of their own: Ctrl-C reaches only this process, which stops them in order. */
function launch(name, script, { env, flags = [] }) {
  const child = spawn(process.execPath, [...flags, '--import', 'tsx', script], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  children.push({ name, child });
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (!LIBRARY_NOTE.test(line)) process.stderr.write(`${line}\n`);
  });
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  return { child, ended };
}

/** The server prints one JSON-free line when it can serve; everything it prints goes on to the terminal. */
function untilReady(server) {
  return new Promise((resolve) => {
    let said = '';
    server.child.stdout.on('data', (text) => {
      process.stdout.write(text);
      said += text;
      const address = /^Cotrace is ready: (\S+)/m.exec(said);
      if (address) resolve(new URL(address[1]).origin);
    });
  });
}

async function stop(code) {
  if (stopping) return;
  stopping = true;
  // The trainer first: it gives its job back to a server that still listens.
  for (const { child } of [...children].reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await gone;
    clearTimeout(timer);
  }
  process.exit(code);
}

async function main() {
  checkNode();
  await step('packages', installPackages);
  await step('tensor engine', installTensorEngine);
  await step('replicas', installReplicas);
  await step('database client', generateDatabaseClient);
  await step('web application', buildWeb);

  const trainerToken = process.env.COTRACE_TRAINER_TOKEN ?? randomBytes(24).toString('base64url');
  const server = launch('server', 'apps/server/src/main.ts', {
    env: { ...SERVER_MEMORY, NODE_ENV: 'production', COTRACE_TRAINER_TOKEN: trainerToken },
    flags: SERVER_FLAGS,
  });
  server.ended.then(({ code }) => stop(code ?? 1));
  const origin = await untilReady(server);
  if (process.argv.includes('--no-trainer')) return;

  // A trainer that dies is started again: its job's lease runs out and is claimed once more.
  let pauseMs = 1000;
  while (!stopping) {
    const trainer = launch('trainer', 'apps/trainer/src/main.ts', {
      env: { COTRACE_SERVER: origin, COTRACE_TRAINER_TOKEN: trainerToken },
    });
    trainer.child.stdout.pipe(process.stdout, { end: false });
    const { code, signal } = await trainer.ended;
    children.splice(
      children.findIndex(({ child }) => child === trainer.child),
      1,
    );
    if (stopping) return;
    process.stderr.write(
      `The trainer ended (${signal ?? code}); starting it again in ${pauseMs / 1000} s.\n`,
    );
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    pauseMs = Math.min(pauseMs * 2, 60_000);
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(0));
main().catch((error) => {
  process.stderr.write(`${error instanceof SetupError ? error.message : error.stack}\n`);
  stop(1);
});
