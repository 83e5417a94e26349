/** Quality against labels spent: one point a model, the live one filled. */
import type { TrainedModel } from '@cotrace/protocol';
import { pixels, score } from '../../format/format.ts';
import classes from './ModelsTab.module.css';
import { qualityCurve } from './qualityCurve.ts';

const WIDTH = 1200;
const HEIGHT = 150;
const BOX = { left: 56, top: 20, width: WIDTH - 56 - 28, height: HEIGHT - 20 - 30 };

export function QualityCurve({ models }: { models: readonly TrainedModel[] }) {
  const curve = qualityCurve(models, BOX);
  if (!curve) return null;
  const { points, range, maxLabels } = curve;
  const bottom = BOX.top + BOX.height;
  return (
    <svg
      className={classes.curve}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="xMinYMid meet"
      role="img"
    >
      <title>{`V_Rand on held-out sections against labelled pixels, ${points.length} models`}</title>
      <line className={classes.axis} x1={BOX.left} y1={BOX.top} x2={BOX.left + BOX.width} y2={BOX.top} />
      <line className={classes.axis} x1={BOX.left} y1={bottom} x2={BOX.left + BOX.width} y2={bottom} />
      <text x={BOX.left - 8} y={BOX.top + 4} textAnchor="end">
        {range[1].toFixed(2)}
      </text>
      <text x={BOX.left - 8} y={bottom + 4} textAnchor="end">
        {range[0].toFixed(2)}
      </text>
      <text x={BOX.left} y={HEIGHT - 10}>
        V_Rand against labelled pixels
      </text>
      <text x={BOX.left + BOX.width} y={HEIGHT - 10} textAnchor="end">
        {pixels(maxLabels)}
      </text>
      <polyline className={classes.line} points={points.map(({ x, y }) => `${x},${y}`).join(' ')} />
      {points.map((point) => (
        <circle
          key={point.id}
          className={classes.point}
          data-live={point.live || undefined}
          cx={point.x}
          cy={point.y}
          r="4"
        >
          <title>{`${score(point.vRand)} from ${pixels(point.labelledPixels)}${point.live ? ', live' : ''}`}</title>
        </circle>
      ))}
    </svg>
  );
}
