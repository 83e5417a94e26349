/** A person as one or two letters in their colour, the same colour as their cursor. */
import { initials } from './initials.ts';
import classes from './PersonMark.module.css';

export function PersonMark({ name, color, size = 22 }: { name: string; color: string; size?: number }) {
  return (
    <span
      className={classes.mark}
      style={{ width: size, height: size, fontSize: size * 0.42, borderColor: color, color }}
      title={name}
    >
      {initials(name)}
    </span>
  );
}
