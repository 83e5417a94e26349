/** Processes that train one model together, over MPI: how they are started, what they say, who does what. Knows no network. */
export { awaitCaller, type Channel, callStarter } from './channel.ts';
export { type Communicator, openCommunicator } from './communicator.ts';
export { MIRROR_ERRORS, MirrorError, type MirrorErrorCode } from './errors.ts';
export { checkHosts, type RankPlace, type Ranks, startRanks } from './launcher.ts';
export { findMpi } from './mpi.ts';
export {
  dividingReplicas,
  fittingReplicas,
  type Machine,
  type Plan,
  type PlanRequest,
  planReplicas,
  STRATEGIES,
  type StrategyName,
} from './plan.ts';
export { createStrategy } from './strategies/createStrategy.ts';
export type { Replica, Strategy, StrategyParts, StrategyReport } from './strategies/strategy.ts';
