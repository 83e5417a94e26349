'use client';
/** Who is in the project and as what; invitation links for those who are not yet. */
import { grantableRoles, may, type Person, type Project, ROLES, type Role } from '@cotrace/protocol';
import { ActionIcon, Button, Group, Modal, Select, Table, Text, Tooltip } from '@mantine/core';
import { IconUserMinus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { PersonMark } from '../../account/PersonMark.tsx';
import { ROLE_SENTENCE } from '../../account/roles.ts';
import { api } from '../../api/client.ts';
import { keys } from '../../api/keys.ts';
import { useMe, usePeople } from '../../api/queries.ts';
import { when } from '../../format/format.ts';
import { useLive } from '../../live/ProjectLive.tsx';
import { ErrorState, LoadingRows } from '../../shell/states.tsx';
import { Invitations } from './Invitations.tsx';
import classes from './PeopleTab.module.css';

export function PeopleTab({ project }: { project: Project }) {
  const people = usePeople(project.id);
  if (people.isError) return <ErrorState error={people.error} onRetry={() => people.refetch()} />;
  if (people.isPending) return <LoadingRows rows={3} height={40} />;
  return (
    <>
      <PeopleTable project={project} people={people.data} />
      {may(project.myRole, 'people.manage') && <Invitations project={project} />}
    </>
  );
}

function PeopleTable({ project, people }: { project: Project; people: Person[] }) {
  const me = useMe();
  const grantable = grantableRoles(project.myRole);
  const here = useLive((live) =>
    [...new Set(live.presences.map(({ userId }) => userId))].sort().join(' '),
  ).split(' ');
  const inOrder = [...people].sort(
    (a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role) || a.name.localeCompare(b.name),
  );
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th>E-mail</Table.Th>
          <Table.Th w={150}>Role</Table.Th>
          <Table.Th w={150}>Joined</Table.Th>
          <Table.Th w={40} />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {inOrder.map((person) => {
          // Nobody changes those above, nor themselves: a project must not lose its last owner by a slip.
          const mayChange = grantable.includes(person.role) && person.userId !== me.data?.userId;
          return (
            <Table.Tr key={person.userId}>
              <Table.Td>
                <span className={classes.person}>
                  <PersonMark name={person.name} color={person.color} />
                  {person.name}
                  {person.userId === me.data?.userId && <span className={classes.quiet}>you</span>}
                  {here.includes(person.userId) && <span className={classes.here}>here now</span>}
                </span>
              </Table.Td>
              <Table.Td c="dark.1">{person.email}</Table.Td>
              <Table.Td>
                {mayChange ? (
                  <RoleSelect projectId={project.id} person={person} roles={grantable} />
                ) : (
                  <Tooltip label={ROLE_SENTENCE[person.role]}>
                    <span>{person.role}</span>
                  </Tooltip>
                )}
              </Table.Td>
              <Table.Td c="dark.1" className={classes.when!}>
                {when(person.joinedAt)}
              </Table.Td>
              <Table.Td>{mayChange && <Remove projectId={project.id} person={person} />}</Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}

function RoleSelect({
  projectId,
  person,
  roles,
}: {
  projectId: string;
  person: Person;
  roles: readonly Role[];
}) {
  const cache = useQueryClient();
  const change = useMutation({
    mutationFn: (role: Role) =>
      api.call('changeRole', { params: { projectId, userId: person.userId }, body: { role } }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.people(projectId) }),
  });
  return (
    <Select
      size="xs"
      aria-label={`Role of ${person.name}`}
      value={change.isPending ? change.variables : person.role}
      disabled={change.isPending}
      onChange={(role) => role && role !== person.role && change.mutate(role as Role)}
      data={roles.map((role) => ({ value: role, label: role }))}
    />
  );
}

function Remove({ projectId, person }: { projectId: string; person: Person }) {
  const cache = useQueryClient();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => api.call('removePerson', { params: { projectId, userId: person.userId } }),
    onSuccess: () => {
      setAsking(false);
      return cache.invalidateQueries({ queryKey: keys.people(projectId) });
    },
  });
  return (
    <>
      <Tooltip label="Remove from the project">
        <ActionIcon aria-label={`Remove ${person.name} from the project`} onClick={() => setAsking(true)}>
          <IconUserMinus size={15} stroke={1.75} />
        </ActionIcon>
      </Tooltip>
      <Modal opened={asking} onClose={() => setAsking(false)} title={`Remove ${person.name}?`} size="sm">
        <Text size="sm" c="dark.1" lh={1.55}>
          {person.name} no longer sees the project, at once. What {person.name} painted stays.
        </Text>
        <Group justify="flex-end" gap="xs" mt="lg">
          <Button size="sm" variant="default" data-autofocus onClick={() => setAsking(false)}>
            Keep
          </Button>
          <Button size="sm" color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            Remove
          </Button>
        </Group>
      </Modal>
    </>
  );
}
