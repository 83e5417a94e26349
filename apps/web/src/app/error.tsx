'use client';
/** A page that broke while it was drawn: nothing that was painted is touched by that. */
import { Button } from '@mantine/core';
import { sentenceOf } from '../api/client.ts';
import { StandAlone } from '../shell/StandAlone.tsx';

export default function PageBroke({ error }: { error: Error }) {
  return (
    <StandAlone title="This page broke">
      <p>What was saved is safe. Load the page again; if it breaks again, report this: {sentenceOf(error)}</p>
      <Button variant="default" fullWidth onClick={() => window.location.reload()}>
        Load again
      </Button>
    </StandAlone>
  );
}
