'use client';
/** Home: the projects one belongs to, and the way to a new one. */
import { Button, Skeleton } from '@mantine/core';
import { IconPlus, IconStack2 } from '@tabler/icons-react';
import { useState } from 'react';
import { useProjects } from '../api/queries.ts';
import { plural } from '../format/format.ts';
import { AppHeader } from '../shell/AppHeader.tsx';
import { TrainerStatus } from '../shell/ServerStatus.tsx';
import { EmptyState, ErrorState } from '../shell/states.tsx';
import { CreateProjectDialog } from './CreateProjectDialog.tsx';
import { FirstRunHint } from './FirstRunHint.tsx';
import { ProjectCard } from './ProjectCard.tsx';
import classes from './ProjectList.module.css';

export function ProjectList() {
  const projects = useProjects();
  const [creating, setCreating] = useState(false);
  const create = (
    <Button leftSection={<IconPlus size={15} />} onClick={() => setCreating(true)}>
      New project
    </Button>
  );
  return (
    <div className={classes.page}>
      <AppHeader status={<TrainerStatus />} />
      <main className={classes.main}>
        {projects.isError ? (
          <ErrorState error={projects.error} onRetry={() => projects.refetch()} />
        ) : projects.isPending ? (
          <div className={classes.grid} role="status" aria-label="Loading">
            <Skeleton height={236} radius="md" />
            <Skeleton height={236} radius="md" />
            <Skeleton height={236} radius="md" />
          </div>
        ) : projects.data.length === 0 ? (
          <EmptyState icon={<IconStack2 size={30} stroke={1.5} />} title="No project yet" action={create}>
            A project holds a stack of sections and the people who paint it. Start one, or open the invitation
            link that somebody sent you.
          </EmptyState>
        ) : (
          <>
            <div className={classes.bar}>
              <h1 className={classes.title}>Projects</h1>
              <span className={classes.count}>{plural(projects.data.length, 'project')}</span>
              {create}
            </div>
            <FirstRunHint projects={projects.data} />
            <div className={classes.grid}>
              {projects.data.map((project) => (
                <ProjectCard key={project.id} project={project} />
              ))}
            </div>
          </>
        )}
      </main>
      <CreateProjectDialog opened={creating} onClose={() => setCreating(false)} />
    </div>
  );
}
