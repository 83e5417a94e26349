'use client';
/** The tools on the left, and the view's few buttons below them. */
import { ActionIcon } from '@mantine/core';
import {
  IconArrowsMaximize,
  IconBrush,
  IconBucketDroplet,
  IconColorPicker,
  IconEraser,
  IconHandStop,
  IconKeyboard,
  IconLasso,
  IconMinus,
  IconPlus,
  IconPolygon,
  IconRipple,
  IconWand,
} from '@tabler/icons-react';
import { memo, type ReactNode } from 'react';
import { useStore } from '../hooks.ts';
import type { SettingsStore, Tool } from '../settings.ts';
import type { Action } from '../tools/shortcuts.ts';
import classes from './panels.module.css';
import { Tip } from './Tip.tsx';

const TOOLS: readonly { tool: Tool; name: string; icon: ReactNode }[] = [
  { tool: 'brush', name: 'Brush', icon: <IconBrush size={19} stroke={1.6} /> },
  { tool: 'eraser', name: 'Eraser', icon: <IconEraser size={19} stroke={1.6} /> },
  { tool: 'lasso', name: 'Lasso', icon: <IconLasso size={19} stroke={1.6} /> },
  { tool: 'polygon', name: 'Polygon', icon: <IconPolygon size={19} stroke={1.6} /> },
  { tool: 'fill', name: 'Fill', icon: <IconBucketDroplet size={19} stroke={1.6} /> },
  { tool: 'accept', name: 'Accept the suggestion', icon: <IconWand size={19} stroke={1.6} /> },
  { tool: 'smooth', name: 'Smooth', icon: <IconRipple size={19} stroke={1.6} /> },
  { tool: 'picker', name: 'Picker', icon: <IconColorPicker size={19} stroke={1.6} /> },
  { tool: 'hand', name: 'Hand', icon: <IconHandStop size={19} stroke={1.6} /> },
];

export const ToolRail = memo(function ToolRail({
  settings,
  mayPaint,
  onAction,
}: {
  settings: SettingsStore;
  mayPaint: boolean;
  onAction: (action: Action) => void;
}) {
  const tool = useStore(settings, (all) => all.tool);
  const button = (name: string, action: Action, icon: ReactNode) => (
    <Tip label={name} action={action} position="right">
      <ActionIcon size={34} aria-label={name} onClick={() => onAction(action)}>
        {icon}
      </ActionIcon>
    </Tip>
  );
  return (
    <nav className={classes.rail} aria-label="Tools">
      {mayPaint &&
        TOOLS.map((one) => (
          <Tip key={one.tool} label={one.name} action={one.tool} position="right">
            <ActionIcon
              size={34}
              aria-label={one.name}
              aria-pressed={tool === one.tool}
              variant={tool === one.tool ? 'filled' : 'subtle'}
              color={tool === one.tool ? 'accent' : 'gray'}
              onClick={() => onAction(one.tool)}
            >
              {one.icon}
            </ActionIcon>
          </Tip>
        ))}
      <span className={classes.grow} />
      {button('Zoom in', 'zoomIn', <IconPlus size={18} stroke={1.6} />)}
      {button('Zoom out', 'zoomOut', <IconMinus size={18} stroke={1.6} />)}
      {button('Whole section', 'fit', <IconArrowsMaximize size={17} stroke={1.6} />)}
      {button('Shortcuts', 'help', <IconKeyboard size={19} stroke={1.6} />)}
    </nav>
  );
});
