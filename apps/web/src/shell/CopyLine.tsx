'use client';
/** One line of text that is to be taken elsewhere: selectable, and copied by a button. */
import { Button, Group, TextInput } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useRef, useState } from 'react';

export function CopyLine({ value, label }: { value: string; label: string }) {
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState<string | null>(null);
  const isCopied = copied === value;
  return (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <TextInput
        ref={field}
        label={label}
        value={value}
        readOnly
        flex={1}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Button
        size="sm"
        variant="default"
        onClick={async () => setCopied((await copy(value, field.current!)) ? value : null)}
        leftSection={isCopied ? <IconCheck size={15} /> : <IconCopy size={15} />}
      >
        {isCopied ? 'Copied' : 'Copy'}
      </Button>
    </Group>
  );
}

/** Pages over plain http on a laboratory's network have no clipboard object: there the selected field is copied. */
async function copy(value: string, field: HTMLInputElement): Promise<boolean> {
  if (window.isSecureContext) {
    await navigator.clipboard.writeText(value);
    return true;
  }
  field.focus();
  field.select();
  return document.execCommand('copy');
}
