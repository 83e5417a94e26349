'use client';
/** The stack as a contact sheet: what is labelled, what is uncertain, who is where; and the way in for new sections. */
import { may, type Project, type Section, type Task } from '@cotrace/protocol';
import { Button, SegmentedControl, Select, Skeleton } from '@mantine/core';
import { IconStack2, IconUpload } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useMaps, useSections } from '../../api/queries.ts';
import { percent, plural } from '../../format/format.ts';
import { EmptyState, ErrorState } from '../../shell/states.tsx';
import { moveBetweenLinks } from './gridKeys.ts';
import { ImportDialog } from './ImportDialog.tsx';
import type { ImportFile } from './importFiles.ts';
import { labelledFraction } from './labelledFraction.ts';
import { SectionCard } from './SectionCard.tsx';
import classes from './SectionsTab.module.css';
import { inOrder, ORDER_NAMES, ORDERS, type Order } from './sectionOrder.ts';
import { useFileDrop } from './useFileDrop.ts';

type Layer = 'image' | 'uncertainty';

export function SectionsTab({ project, task }: { project: Project; task: Task }) {
  const sections = useSections(project.id);
  const maps = useMaps(task.id);
  const [order, setOrder] = useState<Order>('stack');
  const [layer, setLayer] = useState<Layer>('image');
  const [importing, setImporting] = useState<readonly ImportFile[] | null>(null);
  const mayImport = may(project.myRole, 'section.import');
  const drop = useFileDrop({ enabled: mayImport, onFiles: setImporting });
  const uncertaintyUrls = useMemo(
    () => new Map(maps.data?.map(({ sectionId, uncertaintyUrl }) => [sectionId, uncertaintyUrl])),
    [maps.data],
  );
  const ordered = useMemo(
    () => inOrder(sections.data ?? [], order, task.id),
    [sections.data, order, task.id],
  );

  const importButton = mayImport && (
    <Button
      variant="default"
      leftSection={<IconUpload size={14} stroke={1.75} />}
      onClick={() => setImporting([])}
    >
      Import
    </Button>
  );
  return (
    <div {...drop.handlers} className={classes.tab}>
      {sections.isError ? (
        <ErrorState error={sections.error} onRetry={() => sections.refetch()} />
      ) : sections.isPending ? (
        <div className={classes.grid} role="status" aria-label="Loading">
          {Array.from({ length: 12 }, (_, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
            <Skeleton key={at} radius="sm" style={{ aspectRatio: '1 / 1.22' }} />
          ))}
        </div>
      ) : sections.data.length === 0 ? (
        <EmptyState
          icon={<IconStack2 size={30} stroke={1.5} />}
          title="No sections yet"
          action={importButton}
        >
          {mayImport
            ? 'Drop files or a folder here: PNG, JPEG or TIFF, 8 or 16 bit grey, multi-page stacks too. A folder with image/ and label/ brings its labels along.'
            : 'A lead of the project imports them; they appear here by themselves.'}
        </EmptyState>
      ) : (
        <>
          <div className={classes.bar}>
            <span className={classes.summary}>{summary(sections.data, task)}</span>
            {uncertaintyUrls.size > 0 && (
              <SegmentedControl
                size="xs"
                aria-label="What the thumbnails show"
                value={layer}
                onChange={(value) => setLayer(value as Layer)}
                data={[
                  { value: 'image', label: 'Image' },
                  { value: 'uncertainty', label: 'Uncertainty' },
                ]}
              />
            )}
            <Select
              size="xs"
              w={176}
              aria-label="Order"
              value={order}
              onChange={(value) => value && setOrder(value as Order)}
              data={ORDERS.map((value) => ({ value, label: ORDER_NAMES[value] }))}
            />
            {importButton}
          </div>
          {/* biome-ignore lint/a11y/noStaticElementInteractions: arrows only move between links that Tab reaches, too */}
          <div className={classes.grid} onKeyDown={moveBetweenLinks}>
            {ordered.map((section) => (
              <SectionCard
                key={section.id}
                project={project}
                task={task}
                section={section}
                uncertaintyUrl={layer === 'uncertainty' ? uncertaintyUrls.get(section.id) : undefined}
              />
            ))}
          </div>
        </>
      )}
      {drop.isOver && <div className={classes.drop}>Drop to import</div>}
      <ImportDialog project={project} task={task} files={importing} onClose={() => setImporting(null)} />
    </div>
  );
}

function summary(sections: readonly Section[], task: Task): string {
  const heldOut = sections.filter((section) => section.heldOut).length;
  return [
    plural(sections.length, 'section'),
    `${percent(labelledFraction(sections, task.id))} labelled`,
    `${heldOut} held out`,
  ].join(' · ');
}
