/** Every page of the signed-in: strokes that earlier tabs could not send are sent from any of them. */
import type { ReactNode } from 'react';
import { LazyEarlierNotice } from '../../workbench/earlier/LazyEarlierNotice.tsx';

export default function ProjectsLayout({ children }: { children: ReactNode }) {
  return (
    <>
      {children}
      <LazyEarlierNotice />
    </>
  );
}
