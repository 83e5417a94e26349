'use client';
/** One project: its tabs, the task in hand, and what is being trained. Each tab is a file of its own. */
import { may } from '@cotrace/protocol';
import { useDocumentTitle } from '@mantine/hooks';
import { useParams } from 'next/navigation';
import { isRemote } from '../api/client.ts';
import { chosenTask, useProject } from '../api/queries.ts';
import { TrainingStrip } from '../jobs/TrainingStrip.tsx';
import { AppHeader } from '../shell/AppHeader.tsx';
import { ConnectionStatus, TrainerStatus } from '../shell/ServerStatus.tsx';
import { ErrorState, LoadingRows } from '../shell/states.tsx';
import { useProjectAddress } from './address.ts';
import { ExportsTab } from './exports/ExportsTab.tsx';
import { ModelsTab } from './models/ModelsTab.tsx';
import classes from './ProjectPage.module.css';
import { PeopleTab } from './people/PeopleTab.tsx';
import { SectionsTab } from './sections/SectionsTab.tsx';
import { SettingsTab } from './settings/SettingsTab.tsx';
import { TabBar } from './TabBar.tsx';
import { useTrainingNotices } from './useTrainingNotices.ts';

export function ProjectPage() {
  const { projectId } = useParams<{ projectId: string }>();
  const address = useProjectAddress();
  const project = useProject(projectId);
  useTrainingNotices(project.data);
  useDocumentTitle(project.data ? `${project.data.name} · Cotrace` : 'Cotrace');
  const status = (
    <>
      <TrainerStatus />
      <ConnectionStatus />
    </>
  );
  // One who was removed keeps the cached project, and must not be shown it.
  if (!project.data || isRemote(project.error, 'NOT_FOUND', 'FORBIDDEN'))
    return (
      <div className={classes.page}>
        <AppHeader status={status} />
        <main className={classes.main}>
          {project.isError ? (
            <ErrorState error={project.error} onRetry={() => project.refetch()} />
          ) : (
            <LoadingRows rows={6} height={48} />
          )}
        </main>
      </div>
    );
  const task = chosenTask(project.data, address.taskId)!;
  const tab =
    address.tab === 'settings' && !may(project.data.myRole, 'project.configure') ? 'sections' : address.tab;
  const shown = { project: project.data, task };
  return (
    <div className={classes.page}>
      <AppHeader status={status}>
        <span className={classes.slash}>/</span>
        <h1 className={classes.name}>{project.data.name}</h1>
      </AppHeader>
      <TabBar {...shown} tab={tab} />
      {tab !== 'people' && tab !== 'settings' && <TrainingStrip {...shown} />}
      <main className={classes.main} data-tab={tab}>
        {tab === 'sections' && <SectionsTab key={task.id} {...shown} />}
        {tab === 'models' && <ModelsTab key={task.id} {...shown} />}
        {tab === 'people' && <PeopleTab project={project.data} />}
        {tab === 'settings' && <SettingsTab {...shown} />}
        {tab === 'exports' && <ExportsTab key={task.id} {...shown} />}
      </main>
    </div>
  );
}
