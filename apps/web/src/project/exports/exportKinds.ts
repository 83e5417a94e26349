/** What can be exported, in words. */
import type { ExportJob } from '@cotrace/protocol';

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
