'use client';
/** The bar above every page: where one is, whether the server and a trainer are there, and one's own menu. */
import Link from 'next/link';
import type { ReactNode } from 'react';
import { MeMenu } from '../account/MeMenu.tsx';
import classes from './AppHeader.module.css';
import { Mark } from './Brand.tsx';

export function AppHeader({ children, status }: { children?: ReactNode; status?: ReactNode }) {
  return (
    <header className={classes.header}>
      <Link href="/projects" className={classes.brand} aria-label="Cotrace: your projects">
        <Mark />
        {!children && <span>Cotrace</span>}
      </Link>
      {children && <div className={classes.where}>{children}</div>}
      <div className={classes.status}>{status}</div>
      <MeMenu />
    </header>
  );
}
