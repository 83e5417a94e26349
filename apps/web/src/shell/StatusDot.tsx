/** A state in one dot and one word; the word is always there, so that colour is never the only sign. */
import { Tooltip } from '@mantine/core';
import classes from './StatusDot.module.css';

export type Tone = 'good' | 'busy' | 'waiting' | 'bad';

export function StatusDot({ tone, label, hint }: { tone: Tone; label: string; hint: string }) {
  return (
    <Tooltip label={hint} multiline maw={320}>
      <span className={classes.status} role="status" aria-label={`${label}. ${hint}`}>
        <span className={classes.dot} data-tone={tone} />
        {label}
      </span>
    </Tooltip>
  );
}
