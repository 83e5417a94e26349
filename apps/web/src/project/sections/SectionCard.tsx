'use client';
/** One section of the contact sheet; the whole card opens it in the workbench. */
import { may, type Project, type Section, type Task } from '@cotrace/protocol';
import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { PersonMark } from '../../account/PersonMark.tsx';
import { api } from '../../api/client.ts';
import { keys } from '../../api/keys.ts';
import { percent } from '../../format/format.ts';
import { useLive } from '../../live/ProjectLive.tsx';
import { FractionBar } from '../../shell/FractionBar.tsx';
import { ServerImage } from '../../shell/ServerImage.tsx';
import { labelledFraction, maskOf, uncertainFraction } from './labelledFraction.ts';
import classes from './SectionsTab.module.css';
import { sameVisitors, whoIsThere } from './whoIsThere.ts';

interface Shown {
  project: Project;
  task: Task;
  section: Section;
  /** Drawn over the thumbnail when given. */
  uncertaintyUrl: string | undefined;
}

export function SectionCard({ project, task, section, uncertaintyUrl }: Shown) {
  const visitors = useLive((live) => whoIsThere(live.presences, section.id), sameVisitors);
  const fraction = labelledFraction([section], task.id);
  const uncertainty = maskOf(section, task.id)?.meanUncertainty ?? null;
  return (
    <article className={classes.card} data-testid={`section-${section.index}`}>
      <Link
        href={`/projects/${project.id}/sections/${section.id}?task=${task.id}`}
        className={classes.link}
        prefetch={false}
      >
        <div className={classes.picture} data-layer={uncertaintyUrl ? 'uncertainty' : 'image'}>
          <ServerImage src={section.thumbnailUrl} />
          {uncertaintyUrl && <ServerImage src={uncertaintyUrl} className={classes.uncertainty} />}
          {section.heldOut && (
            <span className={classes.heldOut} title="Its labels never train; they judge models">
              held out
            </span>
          )}
          {visitors.length > 0 && (
            <span className={classes.visitors}>
              {visitors.map((visitor) => (
                <PersonMark key={visitor.userId} name={visitor.name} color={visitor.color} />
              ))}
            </span>
          )}
        </div>
        <FractionBar fraction={fraction} />
        <div className={classes.text}>
          <span className={classes.name} title={section.name}>
            {section.name}
          </span>
          <span className={classes.labelled} title="Labelled">
            {percent(fraction)}
          </span>
          <span className={classes.uncertain} title="Mean uncertainty of the live model, in nats">
            {uncertainty === null ? (
              <span style={{ gridColumn: '1 / -1' }}>no map yet</span>
            ) : (
              <>
                <FractionBar fraction={uncertainFraction(uncertainty, task.labels)} tone="uncertain" />
                {uncertainty.toFixed(3)} nats
              </>
            )}
          </span>
        </div>
      </Link>
      {may(project.myRole, 'project.configure') && <SectionMenu projectId={project.id} section={section} />}
    </article>
  );
}

function SectionMenu({ projectId, section }: { projectId: string; section: Section }) {
  const cache = useQueryClient();
  const holdOut = useMutation({
    mutationFn: (heldOut: boolean) =>
      api.call('updateSection', { params: { sectionId: section.id }, body: { heldOut } }),
    onSuccess: (changed) =>
      cache.setQueryData<Section[]>(keys.sections(projectId), (all) =>
        all?.map((one) => (one.id === changed.id ? changed : one)),
      ),
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon
          className={classes.menu!}
          size="xs"
          aria-label={`What to do with ${section.name}`}
          loading={holdOut.isPending}
        >
          <IconDots size={14} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => holdOut.mutate(!section.heldOut)}>
          {section.heldOut ? 'Let it train' : 'Hold out: judge models with it'}
        </Menu.Item>
        <Menu.Item component="a" href={section.originalUrl} download={section.name}>
          Download the image
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
