'use client';
/** One project at a glance: its first sections, how far each task is, and what one is in it. */
import type { Project } from '@cotrace/protocol';
import { Badge } from '@mantine/core';
import Link from 'next/link';
import { useSections } from '../api/queries.ts';
import { percent, plural, when } from '../format/format.ts';
import { LabelSwatches } from '../labels/LabelSwatches.tsx';
import { labelledFraction } from '../project/sections/labelledFraction.ts';
import { FractionBar } from '../shell/FractionBar.tsx';
import { ServerImage } from '../shell/ServerImage.tsx';
import classes from './ProjectList.module.css';

const SHOWN = 4;

export function ProjectCard({ project }: { project: Project }) {
  const sections = useSections(project.id);
  return (
    <Link href={`/projects/${project.id}`} className={classes.card}>
      <div className={classes.strip}>
        {sections.data?.slice(0, SHOWN).map((section) => (
          <ServerImage key={section.id} src={section.thumbnailUrl} />
        ))}
        {project.sectionCount === 0 && <span className={classes.noSections}>no sections yet</span>}
      </div>
      <div className={classes.body}>
        <div className={classes.head}>
          <h2 className={classes.name}>{project.name}</h2>
          <Badge color="gray">{project.myRole}</Badge>
        </div>
        <ul className={classes.tasks}>
          {project.tasks.map((task) => {
            const fraction = labelledFraction(sections.data ?? [], task.id);
            return (
              <li key={task.id} className={classes.task}>
                <LabelSwatches labels={task.labels} />
                <span className={classes.taskName}>{task.name}</span>
                <FractionBar fraction={fraction} />
                <span className={classes.percent}>{sections.data ? percent(fraction) : ''}</span>
              </li>
            );
          })}
        </ul>
        <div className={classes.foot}>
          {plural(project.sectionCount, 'section')} · {modelsSentence(project)} · since{' '}
          {when(project.createdAt)}
        </div>
      </div>
    </Link>
  );
}

function modelsSentence({ tasks }: Project): string {
  const live = tasks.filter(({ liveModelId }) => liveModelId).length;
  return live === 0 ? 'no model live yet' : `${plural(live, 'model')} live`;
}
