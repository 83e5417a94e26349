'use client';
/** A new project: its name, and what is to be labelled in it. */
import type { LabelClass } from '@cotrace/protocol';
import { Button, Checkbox, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { LabelTableEditor } from '../labels/LabelTableEditor.tsx';
import { labelTableProblem, startingLabels } from '../labels/labelTable.ts';
import { ErrorLine } from '../shell/states.tsx';
import { KNOWN_TASKS } from './knownTasks.ts';

export function CreateProjectDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="New project" size="lg">
      <CreateProjectForm />
    </Modal>
  );
}

function CreateProjectForm() {
  const router = useRouter();
  const cache = useQueryClient();
  const [name, setName] = useState('');
  const [known, setKnown] = useState<string[]>(['Membrane']);
  const [own, setOwn] = useState<{ name: string; labels: LabelClass[] } | null>(null);
  const create = useMutation({
    meta: { shown: true },
    mutationFn: () =>
      api.call('createProject', {
        body: {
          name: name.trim(),
          tasks: [
            ...KNOWN_TASKS.filter((task) => known.includes(task.name)).map((task) => ({ name: task.name })),
            ...(own ? [{ name: own.name.trim(), labels: own.labels }] : []),
          ],
        },
      }),
    onSuccess: (project) => {
      cache.setQueryData(keys.project(project.id), project);
      void cache.invalidateQueries({ queryKey: keys.projects });
      router.push(`/projects/${project.id}`);
    },
  });
  const problem =
    known.length === 0 && !own
      ? 'Choose one task at least: what is to be labelled?'
      : own
        ? own.name.trim()
          ? labelTableProblem(own.labels)
          : 'Your own task has no name. Give it one.'
        : null;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      <Stack gap="md">
        <TextInput
          label="Project name"
          placeholder="Drosophila VNC, stack 3"
          required
          data-autofocus
          maxLength={120}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Checkbox.Group label="What is to be labelled?" value={known} onChange={setKnown}>
          <Stack gap={8} mt={6}>
            {KNOWN_TASKS.map((task) => (
              <Checkbox
                key={task.name}
                size="xs"
                value={task.name}
                label={task.name}
                description={task.says}
              />
            ))}
          </Stack>
        </Checkbox.Group>
        <Checkbox
          size="xs"
          label="A task of my own"
          description="With labels that you name; more can be added later"
          checked={own !== null}
          onChange={(event) =>
            setOwn(event.currentTarget.checked ? { name: '', labels: startingLabels() } : null)
          }
        />
        {own && (
          <Stack gap="xs" pl={26}>
            <TextInput
              label="Task name"
              placeholder="Vesicles"
              maxLength={80}
              value={own.name}
              onChange={(event) => setOwn({ ...own, name: event.currentTarget.value })}
            />
            <LabelTableEditor labels={own.labels} onChange={(labels) => setOwn({ ...own, labels })} />
          </Stack>
        )}
        <ErrorLine error={create.error} />
        <Group justify="space-between">
          <Text size="xs" c="dark.2">
            {problem}
          </Text>
          <Button
            type="submit"
            size="sm"
            disabled={!name.trim() || problem !== null}
            loading={create.isPending || create.isSuccess}
          >
            Create project
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
