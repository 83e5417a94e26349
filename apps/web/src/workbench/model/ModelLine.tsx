'use client';
/** Which model made the map on the screen, from how many labels, how long ago; and what labels and models have brought so far. */
import type { Section, Task, TrainedModel } from '@cotrace/protocol';
import { useEffect, useState } from 'react';
import { useModels } from '../../api/queries.ts';
import { ago, percent, pixels, score, when } from '../../format/format.ts';
import classes from '../panels/panels.module.css';
import { Tip } from '../panels/Tip.tsx';
import type { ShownMaps } from '../useMapLayers.ts';
import { gainOf, provenanceOf, signed } from './provenance.ts';

const WORDS = {
  none: 'No model yet. Paint some of each label.',
  map: 'Map here',
  model: (number: number) => `model ${number}`,
  noMap: 'no map of this section',
  older: 'The live model’s map of this section is on its way',
  learnt: 'Learnt from',
  labelled: 'Labelled',
  shares: (here: string, all: string) => `${here} here, ${all} in all`,
  heldOut: (metric: string) => `${metric}, held out`,
  gain: (number: number) => `Gained since model ${number}`,
  gainWhy: 'Each model was judged on the held-out labels of its time',
  uncertainty: 'Uncertainty here',
  nats: 'nats',
  before: (difference: string) => `${difference} against the map before`,
} as const;

const TICK_MS = 20_000;

function useNow(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export function ModelLine({
  task,
  section,
  sections,
  maps,
}: {
  task: Task;
  section: Section;
  sections: readonly Section[];
  maps: ShownMaps;
}) {
  const models = useModels(task.id);
  const now = useNow();
  if (models.data === undefined) return <p className={classes.sentence} />;
  const live = models.data.find((model) => model.live);
  const shares = <Shares {...{ task, section, sections }} />;
  if (live === undefined)
    return (
      <>
        <p className={classes.sentence}>{WORDS.none}</p>
        <dl className={classes.facts} style={{ marginTop: 4 }}>
          {shares}
        </dl>
      </>
    );
  return (
    <dl className={classes.facts} data-testid="provenance">
      <MapFacts models={models.data} live={live} maps={maps} now={now} />
      {shares}
      <GainFacts models={models.data} />
    </dl>
  );
}

function MapFacts({
  models,
  live,
  maps,
  now,
}: {
  models: readonly TrainedModel[];
  live: TrainedModel;
  maps: ShownMaps;
  now: Date;
}) {
  const from = provenanceOf(models, maps.modelId);
  const { meanUncertainty: mean, meanBefore } = maps;
  return (
    <>
      <dt>{WORDS.map}</dt>
      <dd>
        {from === undefined ? (
          WORDS.noMap
        ) : (
          <Tip label={from.isOld ? WORDS.older : when(from.model.createdAt, now)} position="left">
            <span>
              {WORDS.model(from.number)}, {ago(from.model.createdAt, now)}
            </span>
          </Tip>
        )}
      </dd>
      <dt>{WORDS.learnt}</dt>
      <dd>{pixels((from?.model ?? live).labelledPixels)}</dd>
      {mean !== null && (
        <>
          <dt>{WORDS.uncertainty}</dt>
          <dd>
            <Tip
              label={
                meanBefore === null
                  ? `${mean.toFixed(3)} ${WORDS.nats}`
                  : WORDS.before(signed(mean - meanBefore, 3))
              }
              position="left"
            >
              <span>
                {mean.toFixed(3)} {WORDS.nats}
                {meanBefore !== null && ` (${signed(mean - meanBefore, 3)})`}
              </span>
            </Tip>
          </dd>
        </>
      )}
    </>
  );
}

function Shares({ task, section, sections }: { task: Task; section: Section; sections: readonly Section[] }) {
  const labelled = ({ masks }: Section) =>
    masks.find(({ taskId }) => taskId === task.id)?.labelledPixels ?? 0;
  const area = ({ width, height }: Section) => width * height;
  const sum = (of: (one: Section) => number) => sections.reduce((total, one) => total + of(one), 0);
  return (
    <>
      <dt>{WORDS.labelled}</dt>
      <dd>
        {WORDS.shares(
          percent(labelled(section) / area(section)),
          percent(sum(labelled) / Math.max(1, sum(area))),
        )}
      </dd>
    </>
  );
}

function GainFacts({ models }: { models: readonly TrainedModel[] }) {
  const gain = gainOf(models);
  if (gain === undefined) return null;
  return (
    <>
      <dt>{WORDS.heldOut(gain.metric)}</dt>
      <dd>{score(gain.now)}</dd>
      {gain.since !== null && (
        <>
          <dt>{WORDS.gain(gain.since.number)}</dt>
          <dd>
            <Tip label={WORDS.gainWhy} position="left">
              <span>{signed(gain.since.difference)}</span>
            </Tip>
          </dd>
        </>
      )}
    </>
  );
}
