import type { Metadata } from 'next';
import { Join } from '../../../account/Join.tsx';

export const metadata: Metadata = { title: 'Invitation', referrer: 'no-referrer' };

export default async function JoinPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  return <Join token={token} />;
}
