/** When a nightly run is due: the wall clock of a time zone, over its changes to and from summer time. Pure. */

/** Offset of a time zone at an instant, in ms: local time minus UTC. @throws RangeError for an unknown zone. */
function offsetAt(instant: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(instant);
  const part = (type: string) => Number(parts.find((one) => one.type === type)!.value);
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return local - Math.floor(instant / 1000) * 1000;
}

/**
 * The instant of a local time. A time that comes twice (autumn) is the first; one that is skipped (spring) is moved
 * on by the hour that is skipped.
 */
function instantOf(local: number, timeZone: string): number {
  const dayMs = 86_400_000;
  const before = offsetAt(local - dayMs, timeZone);
  const after = offsetAt(local + dayMs, timeZone);
  const matching = [local - before, local - after].filter((at) => at + offsetAt(at, timeZone) === local);
  return matching.length > 0 ? Math.min(...matching) : local - before;
}

/** The latest moment, not after `now`, at which clocks in `timeZone` show `hh:mm`. */
export function latestNight(now: Date, hhmm: string, timeZone: string): Date {
  const [hours, minutes] = hhmm.split(':').map(Number);
  const localNow = new Date(now.getTime() + offsetAt(now.getTime(), timeZone));
  for (const daysBack of [0, 1, 2]) {
    const local = Date.UTC(
      localNow.getUTCFullYear(),
      localNow.getUTCMonth(),
      localNow.getUTCDate() - daysBack,
      hours,
      minutes,
    );
    const instant = instantOf(local, timeZone);
    if (instant <= now.getTime()) return new Date(instant);
  }
  throw new Error(`${hhmm} in ${timeZone} has not come in two days before ${now.toISOString()}`);
}
