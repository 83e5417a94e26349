'use client';
/** Where one is, who else is here, whether all is saved, and the way back. */
import type { Project, Section, Task } from '@cotrace/protocol';
import { ActionIcon, Menu, UnstyledButton } from '@mantine/core';
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconArrowLeft,
  IconChevronDown,
  IconChevronLeft,
  IconChevronRight,
  IconLayoutSidebarRightCollapse,
  IconLayoutSidebarRightExpand,
} from '@tabler/icons-react';
import Link from 'next/link';
import { memo, type ReactNode } from 'react';
import { useSession } from '../hooks.ts';
import type { Following } from '../others/useFollowing.ts';
import { UNDO_HORIZON_SENTENCE } from '../session/refusalSentence.ts';
import type { Action } from '../tools/shortcuts.ts';
import type { FollowedSession } from '../useMaskSession.ts';
import { Avatars } from './Avatars.tsx';
import classes from './panels.module.css';
import { SaveBadge } from './SaveBadge.tsx';
import { Tip } from './Tip.tsx';

export const TopBar = memo(function TopBar({
  project,
  task,
  section,
  sections,
  followed,
  mayPaint,
  folded,
  onAction,
  onTask,
  following,
}: {
  project: Project;
  task: Task;
  section: Section;
  sections: readonly Section[];
  followed: FollowedSession;
  mayPaint: boolean;
  /** Whether the side panel is out of the way. */
  folded: boolean;
  onAction: (action: Action) => void;
  onTask: (taskId: string) => void;
  following: Following;
}) {
  const { session } = followed;
  const canUndo = useSession(session, (one) => one?.maskDoc.canUndo === true);
  const canRedo = useSession(session, (one) => one?.maskDoc.canRedo === true);
  const place = sections.findIndex(({ id }) => id === section.id);
  const beyondHorizon = useSession(session, (one) => one?.maskDoc.undoLimit === 'horizon');
  /** With a reason it stays reachable by pointer and keyboard, so that the reason can be read. */
  const button = (name: string, action: Action, icon: ReactNode, disabled: boolean, reason?: string) => (
    <Tip label={reason ?? name} {...(reason === undefined ? { action } : {})}>
      <ActionIcon
        size={30}
        aria-label={reason === undefined ? name : `${name}. ${reason}`}
        disabled={disabled && reason === undefined}
        {...(disabled ? { 'data-disabled': true } : {})}
        aria-disabled={disabled}
        onClick={() => onAction(action)}
      >
        {icon}
      </ActionIcon>
    </Tip>
  );
  return (
    <header className={classes.top}>
      <Tip label={`Back to ${project.name}`}>
        <ActionIcon
          size={30}
          component={Link}
          href={`/projects/${project.id}`}
          aria-label={`Back to ${project.name}`}
        >
          <IconArrowLeft size={18} stroke={1.7} />
        </ActionIcon>
      </Tip>
      <span className={classes.project}>{project.name}</span>
      <TaskMenu project={project} task={task} onTask={onTask} />
      <span className={classes.divider} />
      {button('Previous section', 'previousSection', <IconChevronLeft size={17} />, place <= 0)}
      <span className={classes.section}>
        <strong>{section.name}</strong>
        <span className={classes.dim}>
          {place + 1} / {sections.length}
        </span>
      </span>
      {button('Next section', 'nextSection', <IconChevronRight size={17} />, place >= sections.length - 1)}
      {section.heldOut && (
        <Tip label="Its labels never train: they judge the models">
          <span className={classes.tag}>held out</span>
        </Tip>
      )}
      <span className={classes.grow} />
      <Avatars {...{ sectionId: section.id, task, tasks: project.tasks, sections, following }} />
      {mayPaint && (
        <>
          {button(
            'Undo',
            'undo',
            <IconArrowBackUp size={18} stroke={1.7} />,
            !canUndo,
            !canUndo && beyondHorizon ? UNDO_HORIZON_SENTENCE : undefined,
          )}
          {button('Redo', 'redo', <IconArrowForwardUp size={18} stroke={1.7} />, !canRedo)}
        </>
      )}
      <SaveBadge
        session={session}
        viewer={!mayPaint}
        lingeringStrokes={followed.lingeringStrokes}
        onStartOver={followed.startOver}
      />
      {folded
        ? button(
            'Show the panel',
            'togglePanels',
            <IconLayoutSidebarRightExpand size={18} stroke={1.6} />,
            false,
          )
        : button(
            'Fold the panel',
            'togglePanels',
            <IconLayoutSidebarRightCollapse size={18} stroke={1.6} />,
            false,
          )}
    </header>
  );
});

function TaskMenu({
  project,
  task,
  onTask,
}: {
  project: Project;
  task: Task;
  onTask: (taskId: string) => void;
}) {
  if (project.tasks.length === 1) return <span className={classes.task}>{task.name}</span>;
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <UnstyledButton className={classes.task} aria-label={`Task: ${task.name}`}>
          {task.name}
          <IconChevronDown size={13} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {project.tasks.map(({ id, name }) => (
          <Menu.Item key={id} disabled={id === task.id} onClick={() => onTask(id)}>
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
