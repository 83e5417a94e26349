/** The frame of pages before the application: one narrow panel in the middle, nothing beside it. */
import type { ReactNode } from 'react';
import { Mark } from './Brand.tsx';
import classes from './StandAlone.module.css';

export function StandAlone({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={classes.page}>
      <div className={classes.brand}>
        <Mark size={26} />
        <span>Cotrace</span>
      </div>
      <section className={classes.panel} aria-labelledby="title">
        <h1 id="title" className={classes.title}>
          {title}
        </h1>
        {children}
      </section>
      <p className={classes.motto}>Paint together; the model keeps up.</p>
    </main>
  );
}
