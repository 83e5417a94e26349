/** Which layers are seen and how strongly. Values only; draws nothing. */

/** Opacities 0…1. `low`, `high`: the image's grey values (0…1) that are shown black and white. */
export interface Layers {
  readonly image: { readonly low: number; readonly high: number };
  readonly mask: { readonly visible: boolean; readonly opacity: number };
  /** `outline`: where the model changes from one label to another; `filled`: what it sees, as areas. */
  readonly prediction: {
    readonly visible: boolean;
    readonly opacity: number;
    readonly style: 'outline' | 'filled';
  };
  readonly uncertainty: { readonly visible: boolean; readonly opacity: number };
  /** Where people do not agree; drawn above the rest, and not by the compositor. */
  readonly disagreement: { readonly visible: boolean; readonly opacity: number };
}

export type MapLayer = 'prediction' | 'uncertainty';

export const INITIAL_LAYERS: Layers = {
  image: { low: 0, high: 1 },
  mask: { visible: true, opacity: 0.45 },
  prediction: { visible: false, opacity: 0.8, style: 'outline' },
  uncertainty: { visible: true, opacity: 0.4 },
  disagreement: { visible: false, opacity: 0.9 },
};

/** What is drawn while somebody holds the compare key: the image alone. */
export function imageOnly(layers: Layers): Layers {
  const hidden = { visible: false, opacity: 0 };
  const prediction = { ...layers.prediction, ...hidden };
  return { image: layers.image, mask: hidden, prediction, uncertainty: hidden, disagreement: hidden };
}
