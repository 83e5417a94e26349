'use client';
/** Another thing to label in the same sections. */
import type { LabelClass, Project } from '@cotrace/protocol';
import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { keys } from '../../api/keys.ts';
import { LabelTableEditor } from '../../labels/LabelTableEditor.tsx';
import { labelTableProblem, startingLabels } from '../../labels/labelTable.ts';
import { KNOWN_TASKS } from '../../projects/knownTasks.ts';
import { ErrorLine } from '../../shell/states.tsx';
import { useProjectAddress } from '../address.ts';

const OWN = 'own';

export function AddTask({ project }: { project: Project }) {
  const cache = useQueryClient();
  const { go } = useProjectAddress();
  const free = KNOWN_TASKS.filter((known) => !project.tasks.some(({ name }) => name === known.name));
  const [kind, setKind] = useState<string>(OWN);
  const [name, setName] = useState('');
  const [labels, setLabels] = useState<LabelClass[]>(startingLabels);
  const isOwn = kind === OWN;
  const problem = !isOwn
    ? null
    : project.tasks.some((task) => task.name === name.trim())
      ? 'There is a task with that name already. Choose another.'
      : labelTableProblem(labels);
  const add = useMutation({
    meta: { shown: true },
    mutationFn: () =>
      api.call('createTask', {
        params: { projectId: project.id },
        body: isOwn ? { name: name.trim(), labels } : { name: kind },
      }),
    onSuccess: async (task) => {
      setKind(OWN);
      setName('');
      setLabels(startingLabels());
      await cache.invalidateQueries({ queryKey: keys.project(project.id) });
      go({ taskId: task.id });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      <Stack gap="md">
        <Group gap="xs" align="flex-end">
          <Select
            label="What"
            w={220}
            value={kind}
            onChange={(value) => value && setKind(value)}
            data={[
              ...free.map((known) => ({ value: known.name, label: known.name })),
              { value: OWN, label: 'a task of my own' },
            ]}
          />
          {isOwn && (
            <TextInput
              label="Task name"
              placeholder="Vesicles"
              w={260}
              maxLength={80}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
          )}
          <Button
            type="submit"
            size="sm"
            variant="default"
            disabled={(isOwn && !name.trim()) || problem !== null}
            loading={add.isPending}
          >
            Add task
          </Button>
        </Group>
        {isOwn && name.trim() && <LabelTableEditor labels={labels} onChange={setLabels} />}
        {problem && name.trim() && (
          <Text size="xs" c="dark.2">
            {problem}
          </Text>
        )}
        <ErrorLine error={add.error} />
      </Stack>
    </form>
  );
}
