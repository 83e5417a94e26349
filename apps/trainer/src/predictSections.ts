/** Maps of every section, published one by one: people get the first while the last is still computed. */
import { createPredictor, type Model } from '@cotrace/training';
import { fetchImage, fetchLabels } from './fetchSections.ts';
import { drawMaps } from './maps.ts';
import { progressOf } from './phases.ts';
import type { Work } from './workOn.ts';

/** Sides that each section is seen from: their disagreement is part of the uncertainty. */
const TURNS = 8;

/** Sections that train come first, in stack order: people are led to those only. `done`: published before. */
export async function predictSections(
  model: Model,
  done: ReadonlySet<string>,
  { job, engine, server, signal, report }: Work,
): Promise<void> {
  const { jobId, labels, seed } = job;
  const fetching = { jobId, server, signal };
  const sections = job.sections
    .filter(({ sectionId }) => !done.has(sectionId))
    .sort((a, b) => Number(a.heldOut) - Number(b.heldOut) || a.index - b.index);
  const started = performance.now();
  const tell = (finished: number) => {
    const left = (performance.now() - started) * (sections.length / finished - 1);
    const secondsLeft = finished > 0 ? left / 1000 : null;
    const rest = { step: Math.floor(finished), steps: sections.length, secondsLeft };
    report(progressOf('predicting', finished / sections.length, rest));
  };
  const predictor = createPredictor(engine, model);
  try {
    for (const [index, section] of sections.entries()) {
      const [{ width, height, image }, painted] = await Promise.all([
        fetchImage(section, fetching),
        fetchLabels(section, fetching),
      ]);
      const { probability, uncertainty } = await predictor.predict(
        { width, height, image },
        { turns: TURNS, uncertainty: true, signal, onProgress: (fraction) => tell(index + fraction) },
      );
      if (!uncertainty) throw new Error('A prediction without the uncertainty that was asked for');
      const maps = drawMaps({ probability, uncertainty }, { width, height, painted, labels, seed });
      const params = { jobId, sectionId: section.sectionId };
      await server.call('uploadProbability', { params, body: maps.probability }, signal);
      await server.call('uploadUncertainty', { params, body: maps.uncertainty }, signal);
      await server.call('reportMaps', { params, body: maps.report }, signal);
      tell(index + 1);
    }
  } finally {
    predictor.dispose();
  }
}
