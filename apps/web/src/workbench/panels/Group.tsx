'use client';
/** One part of the side panel, folded by its title. */
import { UnstyledButton } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import classes from './panels.module.css';

export function Group({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  const [open, setOpen] = useState(true);
  return (
    <section className={classes.group}>
      <div className={classes.groupHead}>
        <UnstyledButton
          className={classes.groupTitle}
          aria-expanded={open}
          onClick={() => setOpen((now) => !now)}
        >
          <IconChevronDown size={13} className={classes.chevron} data-folded={!open || undefined} />
          {title}
        </UnstyledButton>
        {aside}
      </div>
      {open && <div className={classes.groupBody}>{children}</div>}
    </section>
  );
}
