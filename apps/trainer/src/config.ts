/** The trainer's settings, read once from the environment. Opens nothing. */
import { homedir, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import type { WantedEngine } from '@cotrace/engine';
import { TrainerError } from './errors.ts';

export interface Config {
  /** Address of the server, without a slash at the end. */
  server: string;
  token: string;
  /** For its identity and the checkpoints of its runs. */
  folder: string;
  engine: WantedEngine;
  /** Processes that train one model together; undefined: as many as the machine has cards or cores for. */
  replicas: number | undefined;
  /** As people see it. */
  name: string;
}

const ENGINES: readonly WantedEngine[] = ['auto', 'gpu', 'tensorflow', 'webgpu', 'wasm'];

/** @throws TrainerError TOKEN_MISSING, SERVER_INVALID, ENGINE_UNKNOWN, REPLICAS_INVALID */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const token = environment.COTRACE_TRAINER_TOKEN;
  if (!token) throw new TrainerError('TOKEN_MISSING');
  const server = (environment.COTRACE_SERVER || 'http://localhost:4680').replace(/\/+$/, '');
  if (!URL.canParse(server) || !/^https?:/.test(server)) throw new TrainerError('SERVER_INVALID', server);
  const wanted = environment.COTRACE_ENGINE || 'auto';
  const engine = ENGINES.find((name) => name === wanted);
  if (!engine) throw new TrainerError('ENGINE_UNKNOWN', wanted);
  const count = environment.COTRACE_REPLICAS || undefined;
  if (count !== undefined && !/^[1-9]\d{0,3}$/.test(count)) throw new TrainerError('REPLICAS_INVALID', count);
  const replicas = count === undefined ? undefined : Number(count);
  const home = resolve(environment.COTRACE_HOME || join(homedir(), '.cotrace'));
  return { server, token, folder: join(home, 'trainer'), engine, replicas, name: hostname().slice(0, 120) };
}
