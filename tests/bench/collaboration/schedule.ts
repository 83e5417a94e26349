/** When each stroke is meant to be sent, fixed before a run: latency counts from there, however late the sender was. */
import { hashUnit } from '@cotrace/tissue';

export interface Schedule {
  /** Moment of the first period, on the clock of the machine. */
  readonly startAt: number;
  /** Milliseconds between two strokes of one painter. */
  readonly periodMs: number;
  /** Milliseconds before and during which strokes count. */
  readonly warmUpMs: number;
  readonly windowMs: number;
}

/** Each painter has a beat of their own, and keeps it about as well as a person does. */
export function intendedAt({ startAt, periodMs }: Schedule, painter: number, stroke: number): number {
  const beat = hashUnit(7, painter);
  const unsteady = hashUnit(8, painter, stroke) / 2;
  return startAt + periodMs * (stroke + ((beat + unsteady) % 1));
}

/** How many strokes each painter sends. */
export function strokesOf({ periodMs, warmUpMs, windowMs }: Omit<Schedule, 'startAt'>): number {
  return Math.ceil((warmUpMs + windowMs) / periodMs);
}

export function isCounted({ startAt, warmUpMs, windowMs }: Schedule, moment: number): boolean {
  return moment >= startAt + warmUpMs && moment < startAt + warmUpMs + windowMs;
}
