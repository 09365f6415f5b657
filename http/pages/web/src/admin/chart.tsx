/** Charts drawn as SVG. Colours and strokes come from the stylesheet. */
import { measure } from '../common/format';

export type Point = { label: string; value: number };

const width = 600;
const height = 170;
const above = 14;
const left = 44;
const bottom = 20;

/** A round number not below the greatest value: 1, 2 or 5 times a power of ten. */
function ceilingOf(values: number[]): number {
  const greatest = Math.max(...values, 0);
  if (greatest === 0) return 1;
  const power = 10 ** Math.floor(Math.log10(greatest));
  return ([1, 2, 5, 10].find((step) => step * power >= greatest) ?? 10) * power;
}

type ChartProps = { title: string; unit: string; points: Point[]; kind: 'bars' | 'line' };

export function Chart({ title, unit, points, kind }: ChartProps) {
  const values = points.map(({ value }) => value);
  const top = ceilingOf(values);
  const step = (width - left) / Math.max(kind === 'bars' ? points.length : points.length - 1, 1);
  const x = (index: number) => left + index * step;
  const y = (value: number) => above + (height - bottom - above) * (1 - value / top);
  const latest = values.at(-1);
  const summary =
    latest === undefined ? 'no values yet' : `now ${measure(latest)} ${unit}, at most ${measure(Math.max(...values))}`;
  return (
    <figure class="chart">
      <figcaption>
        <span>{title}</span>
        <strong>{latest === undefined ? '–' : `${measure(latest)} ${unit}`}</strong>
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height + 6}`} role="img" aria-label={`${title}: ${summary}`}>
        {[0, 0.5, 1].map((part) => (
          <g key={part} class="grid">
            <line x1={left} x2={width} y1={y(top * part)} y2={y(top * part)} />
            <text x={left - 8} y={y(top * part) + 4}>
              {measure(top * part)}
            </text>
          </g>
        ))}
        {kind === 'bars' ? (
          points.map(({ label, value }, index) => (
            <rect
              key={index}
              x={x(index) + 1}
              width={Math.max(step - 2, 1)}
              y={y(value)}
              height={Math.max(y(0) - y(value), 0)}
            >
              <title>{`${label}: ${measure(value)}`}</title>
            </rect>
          ))
        ) : (
          <Line points={points.map(({ value }, index) => [x(index), y(value)])} floor={y(0)} />
        )}
        <text class="axis" x={left} y={height + 4}>
          {points[0]?.label}
        </text>
        <text class="axis end" x={width} y={height + 4}>
          {points.length > 1 ? points.at(-1)?.label : ''}
        </text>
      </svg>
    </figure>
  );
}

function Line({ points, floor }: { points: [number, number][]; floor: number }) {
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return null;
  const path = points.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(' L');
  return (
    <>
      <path class="area" d={`M${first[0]},${floor} L${path} L${last[0]},${floor} Z`} />
      <path class="line" d={`M${path}`} />
      <circle cx={last[0]} cy={last[1]} r="3.5" />
    </>
  );
}
