'use client';
/** What a lead decides: names, labels, when and how a task is trained, and the end of a project. */
import { may, type Project, type Task } from '@cotrace/protocol';
import { Button, Group, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { keys } from '../../api/keys.ts';
import { ErrorLine } from '../../shell/states.tsx';
import { AddTask } from './AddTask.tsx';
import { DeleteProject } from './DeleteProject.tsx';
import { LabelsForm } from './LabelsForm.tsx';
import { Panel } from './Panel.tsx';
import { PolicyForm } from './PolicyForm.tsx';

export function SettingsTab({ project, task }: { project: Project; task: Task }) {
  return (
    <>
      <Panel title="Project">
        <ProjectName project={project} />
      </Panel>
      <Panel title={`Training of ${task.name}`}>
        <PolicyForm key={task.id} projectId={project.id} task={task} />
      </Panel>
      <Panel title={`Labels of ${task.name}`}>
        <LabelsForm key={task.id} projectId={project.id} task={task} />
      </Panel>
      <Panel title="Another task">
        <AddTask project={project} />
      </Panel>
      {may(project.myRole, 'project.delete') && (
        <Panel title="Delete the project">
          <DeleteProject project={project} />
        </Panel>
      )}
    </>
  );
}

function ProjectName({ project }: { project: Project }) {
  const cache = useQueryClient();
  const [name, setName] = useState(project.name);
  const rename = useMutation({
    meta: { shown: true },
    mutationFn: () =>
      api.call('renameProject', { params: { projectId: project.id }, body: { name: name.trim() } }),
    onSuccess: (renamed) => {
      cache.setQueryData(keys.project(project.id), renamed);
      return cache.invalidateQueries({ queryKey: keys.projects });
    },
  });
  const unchanged = name.trim() === project.name || !name.trim();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        rename.mutate();
      }}
    >
      <Group gap="xs" align="flex-end">
        <TextInput
          label="Name"
          maxLength={120}
          flex={1}
          maw={420}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" size="sm" disabled={unchanged} loading={rename.isPending}>
          Rename
        </Button>
      </Group>
      <ErrorLine error={rename.error} />
    </form>
  );
}
