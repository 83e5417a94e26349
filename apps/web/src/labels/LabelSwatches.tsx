/** The colours of a task's labels in one small row, named on hover. */
import type { LabelClass } from '@cotrace/protocol';
import classes from './LabelSwatches.module.css';

export function LabelSwatches({ labels }: { labels: readonly LabelClass[] }) {
  return (
    <span className={classes.row} title={labels.map(({ name }) => name).join(', ')}>
      {labels.map((label) => (
        <span key={label.value} className={classes.swatch} style={{ background: label.color }} />
      ))}
    </span>
  );
}
