'use client';
/** What the disagreement layer shows, in words: who painted what over whose what, each with the way to it. */
import type { Dispute, Task } from '@cotrace/protocol';
import { UnstyledButton } from '@mantine/core';
import { sentenceOf } from '../../api/client.ts';
import { count } from '../../format/format.ts';
import classes from './others.module.css';
import type { FollowedDisputes } from './useDisputes.ts';

const WORDS = {
  what: 'Where the last label that somebody painted was painted over with another, or erased, by somebody else. Its colour is what it was.',
  none: 'Nobody has painted another label over somebody else’s here.',
  asking: 'Looking …',
  total: (pixels: number) => `${count(pixels)} pixels in all, of what is saved.`,
  over: (dispute: Dispute, shows: string, was: string) =>
    dispute.shows === 0
      ? `${dispute.over.name} erased ${was} by ${dispute.under.name}`
      : `${shows} by ${dispute.over.name} over ${was} by ${dispute.under.name}`,
  gone: (value: number) => `label ${value}`,
} as const;

const MOST = 6;

export function DisputeList({
  disputes: { found, error },
  task,
  onShow,
}: {
  disputes: FollowedDisputes;
  task: Task;
  onShow: (box: Pick<Dispute, 'x' | 'y' | 'width' | 'height'>) => void;
}) {
  const nameOf = (value: number) => task.labels.find((one) => one.value === value)?.name ?? WORDS.gone(value);
  const sentence =
    error !== null
      ? sentenceOf(error)
      : found === undefined
        ? WORDS.asking
        : found.pixels === 0
          ? WORDS.none
          : `${WORDS.what} ${WORDS.total(found.pixels)}`;
  return (
    <div className={classes.disputes} data-testid="disputes">
      <p className={classes.disputeWords}>{sentence}</p>
      {found?.disputes.slice(0, MOST).map((dispute) => (
        <UnstyledButton
          key={`${dispute.over.userId} ${dispute.under.userId} ${dispute.shows} ${dispute.was}`}
          className={classes.dispute}
          onClick={() => onShow(dispute)}
        >
          <span className={classes.noteDot} style={{ background: dispute.over.color }} />
          <span className={classes.disputeName}>
            {WORDS.over(dispute, nameOf(dispute.shows), nameOf(dispute.was))}
          </span>
          <span className={classes.disputeCount}>{count(dispute.pixels)}</span>
        </UnstyledButton>
      ))}
    </div>
  );
}
