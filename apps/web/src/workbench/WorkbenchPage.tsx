'use client';
/** The workbench, in the browser only: rooms, sockets and canvases mean nothing on the server. */
import dynamic from 'next/dynamic';
import classes from './Workbench.module.css';

export const WorkbenchPage = dynamic(() => import('./Workbench.tsx').then(({ Workbench }) => Workbench), {
  ssr: false,
  loading: () => <div className={classes.blank} aria-busy />,
});
