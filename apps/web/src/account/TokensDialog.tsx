'use client';
/** Access tokens for the command line: made here, shown once, withdrawn here. */
import { ActionIcon, Button, Group, Modal, Stack, Table, Text, TextInput, Tooltip } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useTokens } from '../api/queries.ts';
import { when } from '../format/format.ts';
import { CopyLine } from '../shell/CopyLine.tsx';
import { ErrorLine, LoadingRows } from '../shell/states.tsx';

export function TokensDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Access tokens" size="lg">
      <Tokens />
    </Modal>
  );
}

function Tokens() {
  const tokens = useTokens();
  const cache = useQueryClient();
  const [name, setName] = useState('');
  const refetch = () => cache.invalidateQueries({ queryKey: keys.tokens });
  const make = useMutation({
    mutationFn: () => api.call('createToken', { body: { name: name.trim() } }),
    meta: { shown: true },
    onSuccess: () => {
      setName('');
      return refetch();
    },
  });
  const withdraw = useMutation({
    mutationFn: (tokenId: string) => api.call('deleteToken', { params: { tokenId } }),
    meta: { shown: true },
    onSuccess: refetch,
  });
  return (
    <Stack gap="md">
      <Text size="sm" c="dark.1" lh={1.55}>
        A token signs the command line in as you: <code>npx cotrace projects --token …</code>. Whoever has it
        may do what you may.
      </Text>
      <ErrorLine error={make.error ?? withdraw.error ?? tokens.error} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <Group gap="xs" align="flex-end">
          <TextInput
            label="What is it for?"
            placeholder="laptop"
            required
            maxLength={80}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            flex={1}
          />
          <Button type="submit" size="sm" loading={make.isPending} disabled={!name.trim()}>
            Make a token
          </Button>
        </Group>
      </form>
      {make.data && (
        <CopyLine
          value={make.data.token}
          label={`The token “${make.data.name}”. It is shown only now: copy it.`}
        />
      )}
      {tokens.isPending && <LoadingRows rows={2} />}
      {tokens.data && tokens.data.length > 0 && (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>Made</Table.Th>
              <Table.Th>Last used</Table.Th>
              <Table.Th w={40} />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {tokens.data.map((token) => (
              <Table.Tr key={token.id}>
                <Table.Td>{token.name}</Table.Td>
                <Table.Td>{when(token.createdAt)}</Table.Td>
                <Table.Td>{token.lastUsedAt ? when(token.lastUsedAt) : 'never'}</Table.Td>
                <Table.Td>
                  <Tooltip label="Withdraw this token">
                    <ActionIcon
                      aria-label={`Withdraw the token ${token.name}`}
                      loading={withdraw.isPending && withdraw.variables === token.id}
                      onClick={() => withdraw.mutate(token.id)}
                    >
                      <IconTrash size={15} stroke={1.75} />
                    </ActionIcon>
                  </Tooltip>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Stack>
  );
}
