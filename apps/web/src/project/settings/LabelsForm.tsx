'use client';
/** Name and label table of a task. */
import type { Task } from '@cotrace/protocol';
import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { LabelTableEditor } from '../../labels/LabelTableEditor.tsx';
import { labelTableProblem } from '../../labels/labelTable.ts';
import { ErrorLine } from '../../shell/states.tsx';
import { useUpdateTask } from './useUpdateTask.ts';

export function LabelsForm({ projectId, task }: { projectId: string; task: Task }) {
  const [name, setName] = useState(task.name);
  const [labels, setLabels] = useState(task.labels);
  const update = useUpdateTask(projectId, task.id);
  const isChanged = name.trim() !== task.name || JSON.stringify(labels) !== JSON.stringify(task.labels);
  const problem = name.trim() ? labelTableProblem(labels) : 'The task has no name. Give it one.';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        update.mutate({ name: name.trim(), labels });
      }}
    >
      <Stack gap="md">
        <TextInput
          label="Task name"
          maw={420}
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <LabelTableEditor labels={labels} onChange={setLabels} />
        <ErrorLine error={update.error} />
        <Group gap="sm">
          <Button
            type="submit"
            size="sm"
            disabled={!isChanged || problem !== null}
            loading={update.isPending}
          >
            Save
          </Button>
          <Text size="xs" c="dark.2">
            {isChanged && problem}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
