'use client';
/** The notices, in the browser only and after the page itself: they bring the document's code with them. */
import dynamic from 'next/dynamic';

export const LazyEarlierNotice = dynamic(
  () => import('./EarlierNotice.tsx').then(({ EarlierNotice }) => EarlierNotice),
  { ssr: false },
);

export const LazySignedOutNotice = dynamic(
  () => import('./SignedOutNotice.tsx').then(({ SignedOutNotice }) => SignedOutNotice),
  { ssr: false },
);
