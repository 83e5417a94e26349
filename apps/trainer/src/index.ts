/** The trainer's parts, for tests that run it beside a server. */
export { type Checkpoints, createCheckpoints } from './checkpoints.ts';
export { type Connection, createConnection } from './connection.ts';
export { type DaemonParts, runDaemon } from './daemon.ts';
export { takeIdentity } from './identity.ts';
