/** The trainer: a daemon on the machine with the processors. Reads the environment, starts, stops on SIGTERM. */
import { join } from 'node:path';
import { EngineError, loadEngine } from '@cotrace/engine';
import { RemoteError } from '@cotrace/protocol';
import { describeReplicas } from '@cotrace/training';
import { createCheckpoints } from './checkpoints.ts';
import { readConfig } from './config.ts';
import { createConnection } from './connection.ts';
import { runDaemon } from './daemon.ts';
import { TrainerError } from './errors.ts';
import { takeIdentity } from './identity.ts';

const say = (line: string) => process.stdout.write(`Trainer: ${line}\n`);

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const identity = await takeIdentity(config.folder);
  process.once('exit', identity.release);
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort());

  const engine = await loadEngine(config.engine);
  say(engine.sentence);
  if (engine.faster) say(engine.faster);
  const together = describeReplicas(engine, config.replicas);
  say(together);
  await runDaemon({
    connection: createConnection({ ...config, say }),
    engine,
    sentence: `${engine.sentence}. ${together}`,
    replicas: config.replicas,
    trainerId: identity.trainerId,
    name: config.name,
    checkpoints: createCheckpoints(join(config.folder, 'checkpoints', identity.trainerId)),
    stopping: stopping.signal,
    say,
  });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const isNamed = [TrainerError, EngineError, RemoteError].some((kind) => error instanceof kind);
    const { message, stack } = error as Error;
    process.stderr.write(`Trainer: ${isNamed ? message : (stack ?? String(error))}\n`);
    process.exit(1);
  },
);
