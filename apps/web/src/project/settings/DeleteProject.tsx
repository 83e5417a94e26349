'use client';
/** The end of a project, behind its typed name. */
import type { Project } from '@cotrace/protocol';
import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { keys } from '../../api/keys.ts';
import { plural } from '../../format/format.ts';
import { ErrorLine } from '../../shell/states.tsx';

export function DeleteProject({ project }: { project: Project }) {
  const cache = useQueryClient();
  const router = useRouter();
  const [asking, setAsking] = useState(false);
  const [typed, setTyped] = useState('');
  const remove = useMutation({
    meta: { shown: true },
    mutationFn: () => api.call('deleteProject', { params: { projectId: project.id } }),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: keys.projects });
      router.replace('/projects');
    },
  });
  return (
    <>
      <Group justify="space-between">
        <Text size="sm" c="dark.1">
          With it go {plural(project.sectionCount, 'section')}, all masks, models and exports. Nothing brings
          them back.
        </Text>
        <Button size="sm" variant="outline" color="red" onClick={() => setAsking(true)}>
          Delete…
        </Button>
      </Group>
      <Modal opened={asking} onClose={() => setAsking(false)} title={`Delete ${project.name}?`} size="md">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (typed === project.name) remove.mutate();
          }}
        >
          <Stack gap="md">
            <Text size="sm" c="dark.1" lh={1.55}>
              {plural(project.sectionCount, 'section')} and everything painted on them will be gone for
              everybody. Export first what you want to keep.
            </Text>
            <TextInput
              label={`Type “${project.name}” to delete it`}
              data-autofocus
              autoComplete="off"
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
            <ErrorLine error={remove.error} />
            <Group justify="flex-end" gap="xs">
              <Button size="sm" variant="default" onClick={() => setAsking(false)}>
                Keep it
              </Button>
              <Button
                type="submit"
                size="sm"
                color="red"
                disabled={typed !== project.name}
                loading={remove.isPending || remove.isSuccess}
              >
                Delete for good
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
