/** A fraction as a thin bar. Stands beside its number, which is what a screen reader says. */
import classes from './FractionBar.module.css';

export function FractionBar({
  fraction,
  tone = 'labelled',
}: {
  fraction: number;
  tone?: 'labelled' | 'uncertain';
}) {
  const value = Math.min(1, Math.max(0, fraction));
  return (
    <span className={classes.track} aria-hidden="true">
      <span className={classes.fill} data-tone={tone} style={{ width: `${value * 100}%` }} />
    </span>
  );
}
