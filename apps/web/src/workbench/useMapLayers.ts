'use client';
/** The live model's maps of the section on the screen, fetched again when another model is live; those fade in over the old. */
import type { Section } from '@cotrace/protocol';
import { useEffect, useRef, useState } from 'react';
import { useMaps } from '../api/queries.ts';
import { fetchBitmap, MAX_WHOLE_SIDE } from './view/imageSource.ts';
import type { Stage } from './view/stage.ts';

export interface ShownMaps {
  /** Model whose maps are on the screen; null while there are none. */
  readonly modelId: string | null;
  /** Nats. */
  readonly meanUncertainty: number | null;
  /** Of the maps that these came in over, while this section was open; null when there were none. */
  readonly meanBefore: number | null;
}

const NONE: ShownMaps = { modelId: null, meanUncertainty: null, meanBefore: null };

export function useMapLayers({
  stage,
  section,
  taskId,
  manyLabels,
  onFailure,
}: {
  stage: Stage | undefined;
  section: Section | undefined;
  taskId: string;
  manyLabels: boolean;
  onFailure: (error: Error) => void;
}): ShownMaps {
  const maps = useMaps(taskId);
  const [shown, setShown] = useState(NONE);
  const here = maps.data?.find(({ sectionId }) => sectionId === section?.id);
  const isKnown = maps.data !== undefined;
  const [width, height] = [section?.width ?? 1, section?.height ?? 1];
  /** Section and task that have been looked at with what maps they had: others that come now are news, and fade in. */
  const seen = useRef<string>(undefined);
  const looked = `${section?.id} ${taskId}`;

  // Another section's maps must not be seen over this one while its own are on the way.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs for every section
  useEffect(() => {
    seen.current = undefined;
    stage?.setMaps(undefined);
    setShown(NONE);
  }, [stage, section?.id, taskId]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `onFailure` only tells; the maps do not depend on it
  useEffect(() => {
    if (stage === undefined || !isKnown) return;
    if (here === undefined) {
      seen.current = looked;
      stage.setMaps(undefined);
      setShown(NONE);
      return;
    }
    const stop = new AbortController();
    // A map of a large section is looked at, not measured: one texture of it is enough.
    const shrink = Math.min(1, MAX_WHOLE_SIDE / Math.max(width, height));
    const fetched = (url: string, quality: ResizeQuality) =>
      fetchBitmap(url, {
        signal: stop.signal,
        ...(shrink < 1
          ? { resize: { width: Math.round(width * shrink), height: Math.round(height * shrink), quality } }
          : {}),
      });
    Promise.all([
      fetched(here.probabilityUrl, manyLabels ? 'pixelated' : 'medium'),
      fetched(here.uncertaintyUrl, 'medium'),
    ]).then(
      ([prediction, uncertainty]) => {
        if (stop.signal.aborted) {
          prediction.close();
          uncertainty.close();
          return;
        }
        stage.setMaps({ prediction, uncertainty }, { fades: seen.current === looked });
        seen.current = looked;
        setShown((before) => ({
          modelId: here.modelId,
          meanUncertainty: here.meanUncertainty,
          meanBefore: before.modelId === here.modelId ? before.meanBefore : before.meanUncertainty,
        }));
      },
      (error: unknown) => {
        if (!stop.signal.aborted) onFailure(error instanceof Error ? error : new Error(String(error)));
      },
    );
    return () => stop.abort();
  }, [
    ...[stage, looked, isKnown, here?.modelId, here?.probabilityUrl, here?.uncertaintyUrl],
    ...[width, height, manyLabels],
  ]);

  return shown;
}
