'use client';
/** Invitation links: one person each, made for a role, shown once, withdrawn here. */
import { grantableRoles, type Project, type Role } from '@cotrace/protocol';
import { Button, Group, Select, Stack, Table } from '@mantine/core';
import { IconLink } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ROLE_SENTENCE, withArticle } from '../../account/roles.ts';
import { api } from '../../api/client.ts';
import { keys } from '../../api/keys.ts';
import { useInvitations } from '../../api/queries.ts';
import { until, when } from '../../format/format.ts';
import { CopyLine } from '../../shell/CopyLine.tsx';
import { ErrorLine } from '../../shell/states.tsx';
import classes from './PeopleTab.module.css';

const LASTS = [
  { value: '24', label: 'one day' },
  { value: '168', label: 'one week' },
  { value: '720', label: 'thirty days' },
];

export function Invitations({ project }: { project: Project }) {
  const cache = useQueryClient();
  const invitations = useInvitations(project.id, { enabled: true });
  const roles = grantableRoles(project.myRole);
  const [role, setRole] = useState<Role>('annotator');
  const [hours, setHours] = useState('168');
  const refetch = () => cache.invalidateQueries({ queryKey: keys.invitations(project.id) });
  const make = useMutation({
    meta: { shown: true },
    mutationFn: () =>
      api.call('createInvitation', {
        params: { projectId: project.id },
        body: { role, expiresInHours: Number(hours) },
      }),
    onSuccess: refetch,
  });
  const withdraw = useMutation({
    meta: { shown: true },
    mutationFn: (invitationId: string) =>
      api.call('deleteInvitation', { params: { projectId: project.id, invitationId } }),
    onSuccess: refetch,
  });
  const open =
    invitations.data?.filter(({ usedBy, expiresAt }) => !usedBy && Date.parse(expiresAt) > Date.now()) ?? [];
  return (
    <section className={classes.invite} aria-labelledby="invite">
      <h2 id="invite" className={classes.heading}>
        Invite somebody
      </h2>
      <Stack gap="md">
        <Group gap="xs" align="flex-end">
          <Select
            label="As"
            w={300}
            value={role}
            onChange={(value) => value && setRole(value as Role)}
            data={roles.map((value) => ({ value, label: `${value}: ${ROLE_SENTENCE[value].toLowerCase()}` }))}
          />
          <Select
            label="Link ends after"
            w={150}
            value={hours}
            onChange={(value) => value && setHours(value)}
            data={LASTS}
          />
          <Button
            size="sm"
            leftSection={<IconLink size={15} />}
            loading={make.isPending}
            onClick={() => make.mutate()}
          >
            Make a link
          </Button>
        </Group>
        <ErrorLine error={make.error ?? withdraw.error ?? invitations.error} />
        {make.data?.url && (
          <CopyLine
            value={make.data.url}
            label={`For one person, as ${withArticle(make.data.role)}. Shown only now: copy it.`}
          />
        )}
        {open.length > 0 && (
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Open invitations</Table.Th>
                <Table.Th>Made</Table.Th>
                <Table.Th>Ends</Table.Th>
                <Table.Th w={90} />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {open.map((invitation) => (
                <Table.Tr key={invitation.id}>
                  <Table.Td>{invitation.role}</Table.Td>
                  <Table.Td c="dark.1">{when(invitation.createdAt)}</Table.Td>
                  <Table.Td c="dark.1">{until(invitation.expiresAt)}</Table.Td>
                  <Table.Td>
                    <Button
                      size="compact-xs"
                      variant="subtle"
                      color="gray"
                      loading={withdraw.isPending && withdraw.variables === invitation.id}
                      onClick={() => withdraw.mutate(invitation.id)}
                    >
                      Withdraw
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Stack>
    </section>
  );
}
