'use client';
/** The notice, in the browser only and after the page itself: it brings the document's code with it. */
import dynamic from 'next/dynamic';

export const LazyEarlierNotice = dynamic(
  () => import('./EarlierNotice.tsx').then(({ EarlierNotice }) => EarlierNotice),
  { ssr: false },
);
