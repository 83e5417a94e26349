/** What can be exported, in words, and what is still missing for it. Pure. */
import type { ExportJob, Project, Task } from '@cotrace/protocol';
import { plural } from '../../format/format.ts';

export const KINDS = ['submission', 'course-layout'] as const satisfies readonly ExportJob['kind'][];

export const KIND_NAMES: Readonly<Record<ExportJob['kind'], { title: string; says: string }>> = {
  submission: {
    title: 'Submission',
    says: 'One multi-page TIFF of 32-bit probabilities from the live model, as the ISBI challenge takes it; checked rule by rule.',
  },
  'course-layout': {
    title: 'Course layout',
    says: 'A ZIP with image/ and label/ as numbered PNGs under the names they came with; what is not painted stays unknown.',
  },
};

/** A submission holds every section as the live model sees it. Null: nothing is missing. */
export function missingForSubmission(
  project: Pick<Project, 'sectionCount'>,
  task: Pick<Task, 'liveModelId'>,
  maps: number,
): string | null {
  if (project.sectionCount === 0) return 'It needs sections: import some first.';
  if (!task.liveModelId) return 'It needs a model that is live, and there is none yet: paint, then train.';
  const missing = project.sectionCount - maps;
  if (missing <= 0) return null;
  return `Maps of ${plural(missing, 'section')} are still to come: wait for the run to end, or train again.`;
}
