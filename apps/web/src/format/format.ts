/** Numbers and times as they are shown: short, of steady width, in the field's units. */

/** Does not break: a number stays beside its unit. */
const GAP = '\u00a0';

/** 1234567 → `1 234 567`, the same in every locale. */
export const count = (value: number): string =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, GAP);

/** `1.2 M px`, `34 k px`, `812 px`. */
export function pixels(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(value >= 1e7 ? 0 : 1)}${GAP}M${GAP}px`;
  if (value >= 1e4) return `${Math.round(value / 1e3)}${GAP}k${GAP}px`;
  return `${count(value)}${GAP}px`;
}

/** 0…1 → `34 %`. Something is never shown as nothing, and not quite everything never as everything. */
export function percent(fraction: number): string {
  if (fraction > 0 && fraction < 0.01) return `<${GAP}1${GAP}%`;
  if (fraction < 1 && fraction > 0.99) return `99${GAP}%`;
  return `${Math.round(fraction * 100)}${GAP}%`;
}

/** A score in 0…1 with four decimals, or a dash. */
export const score = (value: number | null | undefined): string => value?.toFixed(4) ?? '–';

/** `45 s`, `2 min 05 s`, `1 h 03 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => value.toString().padStart(2, '0');
  if (whole < 60) return `${whole}${GAP}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}${GAP}min${GAP}${two(whole % 60)}${GAP}s`;
  return `${Math.floor(whole / 3600)}${GAP}h${GAP}${two(Math.floor((whole % 3600) / 60))}${GAP}min`;
}

const DAY_MS = 86_400_000;

/** `14:02`, `yesterday 14:02`, `3 Nov 14:02`, `3 Nov 2025`; in the reader's own time zone. */
export function when(iso: string, now: Date = new Date()): string {
  const then = new Date(iso);
  const clock = then.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  if (then.getTime() >= midnight && then.getTime() < midnight + DAY_MS) return clock;
  if (then.getTime() >= midnight - DAY_MS && then.getTime() < midnight) return `yesterday ${clock}`;
  const day = then.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  return then.getFullYear() === now.getFullYear() ? `${day} ${clock}` : `${day} ${then.getFullYear()}`;
}

/** `just now`, `4 min ago`, `3 h ago`, `2 days ago`; what is to come (clocks differ) is now. */
export function ago(iso: string, now: Date = new Date()): string {
  const minutes = Math.floor((now.getTime() - new Date(iso).getTime()) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes}${GAP}min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}${GAP}h ago`;
  const days = Math.floor(minutes / 60 / 24);
  return `${days}${GAP}${days === 1 ? 'day' : 'days'} ago`;
}

/** `in 6 days`, `in 3 h`, `in 20 min`, `expired`. */
export function until(iso: string, now: Date = new Date()): string {
  const minutes = (new Date(iso).getTime() - now.getTime()) / 60_000;
  if (minutes <= 0) return 'expired';
  if (minutes < 90) return `in ${Math.ceil(minutes)} min`;
  if (minutes < 48 * 60) return `in ${Math.round(minutes / 60)} h`;
  return `in ${Math.round(minutes / 60 / 24)} days`;
}

/** `1 section`, `3 sections`. */
export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** `1.4 MB`, `820 kB`. */
export function bytes(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)}${GAP}GB`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)}${GAP}MB`;
  return `${Math.max(1, Math.round(value / 1e3))}${GAP}kB`;
}
