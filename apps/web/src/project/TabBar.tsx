'use client';
/** The tabs of a project as links, and the task in hand beside them. */
import { may, type Project, type Task } from '@cotrace/protocol';
import { SegmentedControl, Select } from '@mantine/core';
import type { MouseEvent } from 'react';
import { LabelSwatches } from '../labels/LabelSwatches.tsx';
import { type Tab, useProjectAddress } from './address.ts';
import classes from './TabBar.module.css';

const NAMES: readonly [Tab, string][] = [
  ['sections', 'Sections'],
  ['models', 'Models'],
  ['exports', 'Exports'],
  ['people', 'People'],
  ['settings', 'Settings'],
];

/** More tasks than this do not fit beside the tabs at 1280 pixels. */
const SEGMENTS = 4;

export function TabBar({ project, task, tab }: { project: Project; task: Task; tab: Tab }) {
  const { href, go } = useProjectAddress();
  const follow = (to: Tab) => (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go({ tab: to });
  };
  const choices = project.tasks.map(({ id, name, labels }) => ({ value: id, label: name, labels }));
  const chooseTask = (taskId: string | null) => taskId && go({ taskId });
  return (
    <nav className={classes.bar} aria-label="Parts of the project">
      {NAMES.filter(([name]) => name !== 'settings' || may(project.myRole, 'project.configure')).map(
        ([name, label]) => (
          <a
            key={name}
            href={href({ tab: name })}
            className={classes.tab}
            aria-current={name === tab ? 'page' : undefined}
            onClick={follow(name)}
          >
            {label}
          </a>
        ),
      )}
      {tab !== 'people' && choices.length > 1 && (
        <div className={classes.task}>
          {choices.length <= SEGMENTS ? (
            <SegmentedControl
              size="xs"
              aria-label="Task"
              value={task.id}
              onChange={chooseTask}
              data={choices.map(({ value, label, labels }) => ({
                value,
                label: (
                  <span className={classes.choice}>
                    <LabelSwatches labels={labels} />
                    {label}
                  </span>
                ),
              }))}
            />
          ) : (
            <Select size="xs" aria-label="Task" value={task.id} onChange={chooseTask} data={choices} />
          )}
        </div>
      )}
    </nav>
  );
}
