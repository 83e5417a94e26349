'use client';
/** The numbers beside a pointer that rests: label, what the model sees, how sure it is, who painted it and when. Gone when it moves. */
import type { Section, Task } from '@cotrace/protocol';
import { memo, type RefObject } from 'react';
import { useStore } from '../hooks.ts';
import type { MaskSession } from '../session/maskSession.ts';
import type { SettingsStore } from '../settings.ts';
import type { Store } from '../store.ts';
import type { AuthorOf } from '../useAuthors.ts';
import type { Sight } from '../useStage.ts';
import type { Stage } from '../view/stage.ts';
import { toScreen } from '../view/viewport.ts';
import { authorshipSentence } from './authorship.ts';
import classes from './PointerCard.module.css';
import { pixelNumbers } from './pixelNumbers.ts';
import { usePixelAuthorship } from './usePixelAuthorship.ts';
import { useRest } from './useRest.ts';

const WORDS = {
  model: 'Model',
  uncertainty: 'Uncertainty',
  nats: 'nats',
  noMap: 'no map yet',
} as const;

/** CSS pixels: beside a small brush, and not further from a large one than the eye goes. */
const NEAREST = 16;
const FARTHEST = 52;
const ROOM = { width: 250, height: 110 };

export const PointerCard = memo(function PointerCard({
  sight,
  surface,
  stage,
  settings,
  section,
  task,
  session,
  authorOf,
}: {
  sight: Store<Sight>;
  surface: RefObject<HTMLElement | null>;
  stage: Stage | undefined;
  settings: SettingsStore;
  section: Section;
  task: Task;
  session: MaskSession | undefined;
  authorOf: AuthorOf;
}) {
  const rest = useRest(sight, surface, section);
  const isWanted = useStore(settings, ({ numbers, comparing }) => numbers && !comparing);
  const diameter = useStore(settings, (all) => all.diameter);
  const authorship = usePixelAuthorship(session, isWanted ? rest : null, authorOf);
  if (!isWanted || rest === null || stage === undefined) return null;
  const place = { x: rest.x + 0.5, y: rest.y + 0.5 };
  const numbers = pixelNumbers(task.labels, {
    value: session?.maskDoc.composition.labelAt(rest.x, rest.y) ?? 0,
    prediction: stage.mapValueAt('prediction', place),
    uncertainty: stage.mapValueAt('uncertainty', place),
  });
  const at = toScreen(stage.view, place);
  const away = Math.min(FARTHEST, Math.max(NEAREST, (diameter * stage.view.scale) / 2 + 8));
  const toLeft = at.x + away + ROOM.width > stage.canvas.width;
  const above = at.y + away + ROOM.height > stage.canvas.height;
  return (
    <div
      className={classes.card}
      data-testid="pointer-card"
      style={{
        left: toLeft ? at.x - away : at.x + away,
        top: above ? at.y - away : at.y + away,
        transform: `translate(${toLeft ? '-100%' : '0'}, ${above ? '-100%' : '0'})`,
      }}
    >
      <div className={classes.label}>
        <span
          className={classes.swatch}
          data-unknown={numbers.label === undefined || undefined}
          style={{ background: numbers.label?.color }}
        />
        {numbers.labelName}
        <span className={classes.place}>
          {rest.x}, {rest.y}
        </span>
      </div>
      <dl className={classes.numbers}>
        <dt>{WORDS.model}</dt>
        <dd>
          {numbers.predicted === null
            ? WORDS.noMap
            : `${numbers.predicted.name}${numbers.probability === null ? '' : ` ${numbers.probability.toFixed(2)}`}`}
        </dd>
        {numbers.uncertainty !== null && (
          <>
            <dt>{WORDS.uncertainty}</dt>
            <dd>
              {numbers.uncertainty.toFixed(2)} {WORDS.nats}
            </dd>
          </>
        )}
      </dl>
      <div className={classes.who}>
        {authorship?.author?.color != null && (
          <span className={classes.dot} style={{ background: authorship.author.color }} />
        )}
        {authorshipSentence(authorship)}
      </div>
    </div>
  );
});
