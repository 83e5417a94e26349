'use client';
/** For an address that no page has. */
import { Button } from '@mantine/core';
import Link from 'next/link';
import { StandAlone } from '../shell/StandAlone.tsx';

export default function NotFound() {
  return (
    <StandAlone title="Nothing here">
      <p>There is no page at this address. The link may have been cut short.</p>
      <Button component={Link} href="/projects" variant="default" fullWidth>
        To your projects
      </Button>
    </StandAlone>
  );
}
