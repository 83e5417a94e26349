'use client';
/** The workbench of one project: which section and task the address names, and everything around the canvas. */
import { may, type Project, type Section, type Task } from '@cotrace/protocol';
import { notifications } from '@mantine/notifications';
import { IconPhotoOff } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { usePathname, useSearchParams } from 'next/navigation';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { keys } from '../api/keys.ts';
import { chosenTask, useMaps, useProject, useSections } from '../api/queries.ts';
import { EmptyState, ErrorState } from '../shell/states.tsx';
import { VisitedMarks } from './asking/VisitedMarks.tsx';
import { Canvas, type CanvasParts, RegionFrame } from './Canvas.tsx';
import { useSession, useStore } from './hooks.ts';
import { DisagreementLayer } from './others/DisagreementLayer.tsx';
import { DisputeList } from './others/DisputeList.tsx';
import { FollowBanner } from './others/FollowBanner.tsx';
import { FreshStrokes } from './others/FreshStrokes.tsx';
import { LossNote } from './others/LossNote.tsx';
import { LostPixels } from './others/LostPixels.tsx';
import { useDisputes } from './others/useDisputes.ts';
import { type Following, useFollowing } from './others/useFollowing.ts';
import { useOwnPixels } from './others/useOwnPixels.ts';
import { Cursors } from './panels/Cursors.tsx';
import { Help } from './panels/Help.tsx';
import { LabelsGroup } from './panels/LabelsGroup.tsx';
import { LayersGroup } from './panels/LayersGroup.tsx';
import { ModelGroup } from './panels/ModelGroup.tsx';
import panels from './panels/panels.module.css';
import { StackGroup } from './panels/StackGroup.tsx';
import { StatusBar } from './panels/StatusBar.tsx';
import { ToolGroup } from './panels/ToolGroup.tsx';
import { ToolRail } from './panels/ToolRail.tsx';
import { TopBar } from './panels/TopBar.tsx';
import { PointerCard } from './pointer/PointerCard.tsx';
import { UNDO_HORIZON_SENTENCE } from './session/refusalSentence.ts';
import { longSentence } from './session/saveState.ts';
import { createSettings, withLabel } from './settings.ts';
import { neighbourOf } from './stack/stackPlan.ts';
import { useStack } from './stack/useStack.ts';
import { steppedDiameter } from './tools/brushSize.ts';
import type { Action } from './tools/shortcuts.ts';
import type { ToolNotice } from './tools/toolNotices.ts';
import { useAuthors } from './useAuthors.ts';
import { KeymapProvider, useOwnKeymap } from './useKeymap.ts';
import { useMapLayers } from './useMapLayers.ts';
import { useMaskSession } from './useMaskSession.ts';
import { useNextRegion } from './useNextRegion.ts';
import { useOwnPresence } from './usePresence.ts';
import { useShortcuts } from './useShortcuts.ts';
import { createSight, useStage } from './useStage.ts';
import { around } from './view/viewport.ts';
import classes from './Workbench.module.css';

export function Workbench({ projectId }: { projectId: string }) {
  const project = useProject(projectId);
  const sections = useSections(projectId);
  const search = useSearchParams();
  // The address is changed in place while moving through the stack, so that this component and its canvases stay.
  const sectionId = decodeURIComponent(usePathname().split('/').at(-1) ?? '');
  const error = project.error ?? sections.error;
  if (error !== null)
    return (
      <div className={classes.blank}>
        <ErrorState error={error} onRetry={() => void Promise.all([project.refetch(), sections.refetch()])} />
      </div>
    );
  if (!project.data || !sections.data) return <div className={classes.blank} aria-busy />;
  const section = sections.data.find(({ id }) => id === sectionId);
  const task = chosenTask(project.data, search.get('task'));
  if (section === undefined || task === undefined)
    return (
      <div className={classes.blank}>
        <EmptyState icon={<IconPhotoOff size={28} stroke={1.5} />} title="This section is not here">
          It has been deleted, or the address is not right.{' '}
          <a href={`/projects/${projectId}`}>To the project</a>
        </EmptyState>
      </div>
    );
  return <OpenWorkbench project={project.data} sections={sections.data} section={section} task={task} />;
}

const tellFailure = (error: Error) =>
  notifications.show({
    id: 'picture',
    color: 'red',
    title: 'A picture did not come',
    message: error.message,
  });

const tellNotice = ({ title, message }: ToolNotice) =>
  notifications.show({ id: 'tool', color: 'gray', title, message });

function OpenWorkbench({
  project,
  sections,
  section,
  task,
}: {
  project: Project;
  sections: Section[];
  section: Section;
  task: Task;
}) {
  const cache = useQueryClient();
  const keymap = useOwnKeymap();
  const [settings] = useState(createSettings);
  const [sight] = useState(createSight);
  const parts = useCanvasParts();
  const folded = useStore(settings, (all) => all.panelFolded);
  const disagreementSeen = useStore(settings, ({ layers }) => layers.disagreement.visible);
  const followed = useMaskSession(project, section, task);
  const { session } = followed;
  const { authorOf, mine } = useAuthors(session?.maskId);
  const mayPaint = useSession(session, (one) => one?.ready?.mayPaint ?? may(project.myRole, 'mask.paint'));
  const epochEnded = useSession(session, (one) => one?.epochEnded === true);

  /** Whoever leads this page; read when the person acts. */
  const leading = useRef<Following>(undefined);
  const onRefusedStroke = () => {
    if (session === undefined) return;
    notifications.show({
      id: 'stroke',
      color: 'yellow',
      title: 'That stroke was not painted',
      message: longSentence(session.state),
    });
  };
  const mapsHere = useMaps(task.id).data?.find(({ sectionId }) => sectionId === section.id);
  const { stage, input, toolbox } = useStage({
    parts,
    settings,
    sight,
    session,
    task,
    pictured: {
      ...{ width: section.width, height: section.height, imageUrl: section.imageUrl, maps: mapsHere },
      labels: [...task.labels].sort((a, b) => a.gray - b.gray).map(({ value }) => value),
    },
    onFailure: tellFailure,
    onHand: () => leading.current?.stop(),
    onRefusedStroke,
    onNotice: tellNotice,
    onFingerTap: (fingers) => onAction(fingers === 2 ? 'undo' : 'redo'),
  });
  const maps = useMapLayers({
    stage,
    section,
    taskId: task.id,
    manyLabels: task.labels.length > 2,
    onFailure: tellFailure,
  });
  const stack = useStack({ project, sections, section, task });
  useOwnPresence({ sectionId: section.id, taskId: task.id }, sight);

  const goTo = useCallback(
    (sectionId: string, taskId = task.id) =>
      window.history.replaceState(
        null,
        '',
        `/projects/${project.id}/sections/${sectionId}?task=${encodeURIComponent(taskId)}`,
      ),
    [project.id, task.id],
  );
  // The section whose image the stage shows: a flight waits for it.
  const [onStage, setOnStage] = useState<string>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: counts in a section change; its image does not
  useEffect(() => {
    if (stage === undefined) return;
    stage.setSection(section);
    setOnStage(section.id);
  }, [stage, section.id, section.imageUrl]);
  const sectionIds = useMemo(() => sections.map(({ id }) => id), [sections]);
  const following = useFollowing({
    ...{ at: { sectionId: section.id, taskId: task.id }, onStage, sectionIds, stage, goTo },
  });
  leading.current = following;
  const paintedOver = useOwnPixels({ session, stage, authorOf, mySessions: mine });
  const disputes = useDisputes(session, disagreementSeen);
  const next = useNextRegion({
    ...{ taskId: task.id, labelCount: task.labels.length, sectionId: onStage },
    ...{ session, stage, goTo },
  });

  useEffect(() => {
    document.title = `${section.name} · ${project.name} · Cotrace`;
  }, [section.name, project.name]);

  useEffect(() => {
    if (task.labels.some(({ value }) => value === settings.get().label)) return;
    settings.set({ label: task.labels[0]!.value });
  }, [task, settings]);

  useEffect(() => {
    if (epochEnded) void cache.invalidateQueries({ queryKey: keys.sections(project.id) });
  }, [epochEnded, cache, project.id]);

  useEffect(() => {
    const labels = () => session?.maskDoc.composition.toLabels() ?? new Uint8Array(0);
    Object.assign(window, { cotrace: { labels } });
  }, [session]);

  const step = (by: 1 | -1) => {
    const there = neighbourOf(sections, section.id, by);
    following.stop();
    if (there !== undefined) goTo(there.id);
  };
  const toggle = (layer: 'mask' | 'prediction' | 'uncertainty' | 'disagreement') => {
    const { layers } = settings.get();
    settings.set({ layers: { ...layers, [layer]: { ...layers[layer], visible: !layers[layer].visible } } });
  };
  const resize = (direction: 1 | -1) =>
    settings.set({ diameter: steppedDiameter(settings.get().diameter, direction) });
  const react: Record<Action, () => unknown> = {
    brush: () => settings.set({ tool: 'brush' }),
    eraser: () => settings.set({ tool: 'eraser' }),
    lasso: () => settings.set({ tool: 'lasso' }),
    polygon: () => settings.set({ tool: 'polygon' }),
    fill: () => settings.set({ tool: 'fill' }),
    accept: () => settings.set({ tool: 'accept' }),
    smooth: () => settings.set({ tool: 'smooth' }),
    picker: () => settings.set({ tool: 'picker' }),
    hand: () => settings.set({ tool: 'hand' }),
    onlyUnknown: () => settings.set({ onlyUnknown: !settings.get().onlyUnknown }),
    subtract: () => settings.set({ areaEffect: settings.get().areaEffect === 'add' ? 'subtract' : 'add' }),
    smaller: () => resize(-1),
    larger: () => resize(1),
    undo: () => {
      if (session === undefined || session.undo() || session.maskDoc.undoLimit !== 'horizon') return;
      notifications.show({
        id: 'undo',
        color: 'yellow',
        title: 'Nothing was taken back',
        message: UNDO_HORIZON_SENTENCE,
      });
    },
    redo: () => session?.redo(),
    copyPrevious: () => mayPaint && stack.copy(-1),
    copyNext: () => mayPaint && stack.copy(1),
    interpolate: () => mayPaint && stack.fill(),
    nextRegion: () => {
      following.stop();
      if (mayPaint) next.ask();
    },
    previousRegion: () => {
      following.stop();
      if (mayPaint) next.back();
    },
    previousSection: () => step(-1),
    nextSection: () => step(1),
    fit: () => stage?.fit(),
    zoomIn: () => stage?.zoomStep(1),
    zoomOut: () => stage?.zoomStep(-1),
    toggleMask: () => toggle('mask'),
    togglePrediction: () => toggle('prediction'),
    toggleUncertainty: () => toggle('uncertainty'),
    toggleDisagreement: () => toggle('disagreement'),
    toggleNumbers: () => settings.set({ numbers: !settings.get().numbers }),
    compare: () => undefined,
    togglePanels: () => settings.set({ panelFolded: !settings.get().panelFolded }),
    help: () => settings.set({ helpOpen: true }),
  };
  const reactions = useRef(react);
  reactions.current = react;
  const onAction = useCallback((action: Action) => void reactions.current[action](), []);
  const onTask = useCallback(
    (taskId: string) => {
      leading.current?.stop();
      goTo(section.id, taskId);
    },
    [goTo, section.id],
  );
  useShortcuts(keymap, {
    onAction,
    onToolKey: (key) =>
      (key === 'Escape' && input.current?.cancelStroke() === true) || toolbox.current?.key(key) === true,
    onLabel: (place) => {
      const label = task.labels[place];
      if (label !== undefined) settings.set(withLabel(settings.get().tool, label.value));
    },
    onPan: (held) => input.current?.setPanning(held),
    onCompare: (held) => settings.set({ comparing: held }),
    onEscape: () => {
      if (following.whom !== null) following.stop();
      else next.dismiss();
    },
  });

  return (
    <KeymapProvider value={keymap}>
      <div className={classes.workbench} data-folded={folded || undefined}>
        <TopBar
          project={project}
          task={task}
          section={section}
          sections={sections}
          followed={followed}
          mayPaint={mayPaint}
          folded={folded}
          onAction={onAction}
          onTask={onTask}
          following={following}
        />
        <ToolRail settings={settings} mayPaint={mayPaint} onAction={onAction} />
        <main className={classes.canvas}>
          <Canvas
            parts={parts}
            above={
              <PointerCard
                {...{ sight, stage, settings, section, task, session, authorOf }}
                surface={parts.frame}
              />
            }
          >
            <DisagreementLayer {...{ disputes, task, settings }} />
            <LostPixels paintedOver={paintedOver} authorOf={authorOf} />
            <FreshStrokes {...{ session, settings, authorOf }} />
            <VisitedMarks {...{ taskId: task.id, sectionId: section.id, settings }} current={next.region} />
            {next.region?.sectionId === section.id && <RegionFrame region={next.region} />}
            <Cursors sectionId={section.id} taskId={task.id} />
          </Canvas>
          <FollowBanner following={following} />
        </main>
        <aside className={panels.side} aria-label="Labels, layers and model">
          <div className={panels.sideScroll} hidden={folded}>
            <LabelsGroup task={task} session={session} settings={settings} mayPaint={mayPaint} />
            {mayPaint && <ToolGroup settings={settings} hasSuggestion={mapsHere !== undefined} />}
            <LayersGroup settings={settings} maps={maps} onAction={onAction}>
              {disagreementSeen && (
                <DisputeList {...{ disputes, task }} onShow={(box) => stage?.flyTo(around(box))} />
              )}
            </LayersGroup>
            <ModelGroup {...{ project, task, section, sections, maps, next, mayPaint }} />
            {mayPaint && sections.length > 1 && (
              <StackGroup
                stack={stack}
                hasPrevious={neighbourOf(sections, section.id, -1) !== undefined}
                hasNext={neighbourOf(sections, section.id, 1) !== undefined}
              />
            )}
          </div>
        </aside>
        <StatusBar sight={sight} stage={stage} section={section} task={task} session={session}>
          <LossNote paintedOver={paintedOver} />
          <span className={panels.asked} role="status" data-testid="asked-sentence">
            {next.sentence}
          </span>
        </StatusBar>
        <Help settings={settings} />
      </div>
    </KeymapProvider>
  );
}

function useCanvasParts(): CanvasParts {
  const frame = useRef<HTMLDivElement>(null);
  const picture = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const sketch = useRef<HTMLCanvasElement>(null);
  const outline = useRef<HTMLDivElement>(null);
  const plane = useRef<HTMLDivElement>(null);
  const [parts] = useState<CanvasParts>({ frame, picture, overlay, sketch, outline, plane });
  return parts;
}
