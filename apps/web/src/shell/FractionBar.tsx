/** A fraction as a thin bar. */
import classes from './FractionBar.module.css';

export function FractionBar({
  fraction,
  label,
  tone = 'labelled',
}: {
  fraction: number;
  label: string;
  tone?: 'labelled' | 'uncertain';
}) {
  const value = Math.min(1, Math.max(0, fraction));
  return (
    <span
      className={classes.track}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={1}
      aria-valuenow={Number(value.toFixed(3))}
    >
      <span className={classes.fill} data-tone={tone} style={{ width: `${value * 100}%` }} />
    </span>
  );
}
