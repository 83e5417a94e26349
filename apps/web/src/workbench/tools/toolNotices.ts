/** What tools tell the person, in one table of sentences. */
import { count } from '../../format/format.ts';

const NOTICES = {
  nothingUnknown: {
    title: 'Nothing was painted',
    message: 'Everything there has a label already, and only what is unknown is painted.',
  },
  nothingToChange: { title: 'Nothing to change', message: 'Nothing there would look different.' },
  nothingCertain: {
    title: 'Nothing was taken',
    message: 'The model is not that certain of any unlabelled pixel there. Lower the certainty.',
  },
  noSuggestion: {
    title: 'No suggestion here yet',
    message: 'The model has no map of this section. Paint some of each label and let it train.',
  },
  tooRagged: {
    title: 'That was not painted',
    message:
      'Its outline is too ragged to be sent in one piece. Fill smaller holes too, or paint a smaller area.',
  },
  tooMuch: {
    title: 'One moment',
    message:
      'Large areas that were painted before still wait for the server. Another one can be painted when they are saved.',
  },
  labelGone: {
    title: 'That was not painted',
    message: 'That label is no longer in the task’s table. Choose another one.',
  },
  imageComing: { title: 'One moment', message: 'The grey values of this section are on the way.' },
  suggestionComing: { title: 'One moment', message: 'The model’s map of this section is on the way.' },
  fillTooLarge: (maxPixels: number) => ({
    title: 'That area is too large to fill',
    message: `It has more than ${count(maxPixels)} pixels. Lower the tolerance, or raise the largest area.`,
  }),
  fingersPan: {
    title: 'Your pen paints, your fingers move',
    message: 'Two fingers zoom. You can change it beside the tool’s settings.',
  },
} as const;

export interface ToolNotice {
  readonly title: string;
  readonly message: string;
}

export const TOOL_NOTICES: {
  readonly [K in keyof typeof NOTICES]: (typeof NOTICES)[K] extends (...given: infer G) => unknown
    ? (...given: G) => ToolNotice
    : ToolNotice;
} = NOTICES;
