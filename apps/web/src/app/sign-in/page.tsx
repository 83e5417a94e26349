import type { Metadata } from 'next';
import { Suspense } from 'react';
import { SignIn } from '../../account/SignIn.tsx';
import { LazySignedOutNotice } from '../../workbench/earlier/LazyEarlierNotice.tsx';

export const metadata: Metadata = { title: 'Sign in', referrer: 'no-referrer' };

export default function SignInPage() {
  return (
    <Suspense>
      <SignIn />
      <LazySignedOutNotice />
    </Suspense>
  );
}
