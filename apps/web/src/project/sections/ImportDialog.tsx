'use client';
/** Importing: what was chosen, how far it is, and what the server refused, file by file. All or nothing. */
import { type Project, RemoteError, type Task } from '@cotrace/protocol';
import { Button, FileButton, Group, Modal, Progress, Stack, Table, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconFiles, IconFolder } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { keys } from '../../api/keys.ts';
import { type UploadProgress, uploadSections } from '../../api/upload.ts';
import { bytes, percent, plural } from '../../format/format.ts';
import { ErrorLine } from '../../shell/states.tsx';
import { type ImportFile, planImport } from './importFiles.ts';
import { refusalsOf } from './importRefusal.ts';

interface Given {
  project: Project;
  task: Task;
  /** Null: closed. Empty: nothing chosen yet. */
  files: readonly ImportFile[] | null;
  onClose: () => void;
}

export function ImportDialog({ project, task, files, onClose }: Given) {
  const [busy, setBusy] = useState(false);
  return (
    <Modal
      opened={files !== null}
      onClose={onClose}
      title="Import sections"
      size="lg"
      closeOnClickOutside={!busy}
      closeOnEscape={!busy}
      withCloseButton={!busy}
    >
      {files && <ImportForm project={project} task={task} given={files} onBusy={setBusy} onClose={onClose} />}
    </Modal>
  );
}

function ImportForm({
  project,
  task,
  given,
  onBusy,
  onClose,
}: {
  project: Project;
  task: Task;
  given: readonly ImportFile[];
  onBusy: (busy: boolean) => void;
  onClose: () => void;
}) {
  const cache = useQueryClient();
  const [files, setFiles] = useState(given);
  const [progress, setProgress] = useState<UploadProgress | null>(null);
  const aborting = useRef(new AbortController());
  const plan = planImport(files);

  const send = useMutation({
    meta: { shown: true },
    mutationFn: () => {
      aborting.current = new AbortController();
      return uploadSections({
        projectId: project.id,
        taskId: task.id,
        files: plan.sent,
        onProgress: setProgress,
        signal: aborting.current.signal,
      });
    },
    onMutate: () => {
      setProgress({ sentBytes: 0, totalBytes: plan.bytes });
      onBusy(true);
    },
    onSettled: () => {
      setProgress(null);
      onBusy(false);
    },
    onSuccess: ({ sections, labelled }) => {
      void cache.invalidateQueries({ queryKey: keys.project(project.id) });
      notifications.show({
        color: 'teal',
        title: 'Imported',
        message: `${plural(sections.length, 'section')}${labelled > 0 ? `, ${labelled} with labels for ${task.name}` : ''}.`,
      });
      onClose();
    },
  });
  useEffect(() => () => aborting.current.abort(), []);

  const stopped = send.error instanceof RemoteError && send.error.code === 'ABORTED';
  const refusals = refusalsOf(send.error);
  const choose = (chosen: File[]) => {
    send.reset();
    setFiles(chosen.map((file) => ({ path: file.webkitRelativePath || file.name, file })));
  };
  return (
    <Stack gap="md">
      <Text size="sm" c="dark.1" lh={1.55}>
        PNG, JPEG or TIFF, 8 or 16 bit grey, multi-page stacks too. A folder with <code>image/</code> and{' '}
        <code>label/</code> brings its labels along, for the task <b>{task.name}</b>.
      </Text>
      <Group gap="xs">
        <FileButton multiple accept=".png,.jpg,.jpeg,.tif,.tiff" onChange={choose}>
          {(button) => (
            <Button
              {...button}
              variant="default"
              leftSection={<IconFiles size={15} />}
              disabled={send.isPending}
              data-autofocus
            >
              Choose files
            </Button>
          )}
        </FileButton>
        <FileButton multiple onChange={choose} inputProps={{ webkitdirectory: '' } as object}>
          {(button) => (
            <Button
              {...button}
              variant="default"
              leftSection={<IconFolder size={15} />}
              disabled={send.isPending}
            >
              Choose a folder
            </Button>
          )}
        </FileButton>
        {files.length > 0 && (
          <Text size="sm" c="dark.1">
            {plural(plan.images, 'image')}
            {plan.labels > 0 && `, ${plural(plan.labels, 'label image')}`} · {bytes(plan.bytes)}
          </Text>
        )}
      </Group>
      {plan.ignored.length > 0 && (
        <Text size="xs" c="dark.2">
          Left out, no images: {plan.ignored.slice(0, 5).join(', ')}
          {plan.ignored.length > 5 && ` and ${plan.ignored.length - 5} more`}
        </Text>
      )}
      {plan.problem && <ErrorLine error={new Error(plan.problem)} />}
      {!stopped && <ErrorLine error={send.error} />}
      {refusals.length > 1 && (
        <div style={{ maxHeight: 220, overflowY: 'auto' }}>
          <Table>
            <Table.Tbody>
              {refusals.map(({ file, message }) => (
                <Table.Tr key={`${file} ${message}`}>
                  <Table.Td style={{ whiteSpace: 'nowrap', verticalAlign: 'top' }}>{file}</Table.Td>
                  <Table.Td c="dark.1">{message}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {progress && <Sending progress={progress} />}
      <Group justify="flex-end" gap="xs">
        <Button
          size="sm"
          variant="default"
          onClick={() => (send.isPending ? aborting.current.abort() : onClose())}
        >
          {send.isPending ? 'Stop' : 'Close'}
        </Button>
        <Button
          size="sm"
          loading={send.isPending}
          disabled={plan.sent.length === 0 || plan.problem !== null}
          onClick={() => send.mutate()}
        >
          Import {plan.sent.length > 0 && plural(plan.sent.length, 'file')}
        </Button>
      </Group>
    </Stack>
  );
}

function Sending({ progress: { sentBytes, totalBytes } }: { progress: UploadProgress }) {
  const fraction = totalBytes > 0 ? sentBytes / totalBytes : 0;
  const isSent = fraction >= 1;
  return (
    <div>
      <Progress
        size="sm"
        value={fraction * 100}
        animated={isSent}
        aria-label={isSent ? 'The server reads the files' : 'Sending'}
      />
      <Text size="xs" c="dark.1" mt={6}>
        {isSent
          ? 'Sent. The server reads and checks every file…'
          : `${bytes(sentBytes)} of ${bytes(totalBytes)} · ${percent(fraction)}`}
      </Text>
    </div>
  );
}
