"use client";

import { CartesianGrid, ErrorBar, ReferenceLine, Scatter, ScatterChart, Tooltip, XAxis, YAxis } from "recharts";
import { type Axis, axisLine, axisTitle, gridProps, scaleOf, tickStyle, titleStyle, useAxisFormat } from "./axis";
import { ChartFrame, type ChartProps } from "./chart-frame";
import { contentOf } from "./chart-tooltip";
import { type SeriesColor, seriesColor } from "./series";

export type PointInterval = {
  id: string;
  label: string;
  value: number;
  lower: number;
  upper: number;
  n?: number;
  color?: SeriesColor;
};

type Props = ChartProps & {
  category: { label: string };
  x: Axis;
  points: readonly PointInterval[];
  /** A value to compare with, such as chance or ½. */
  reference?: { value: number; label: string };
};

const rowHeight = 36;
/** of a letter in a label, and of the tick beside it, in pixels */
const letterWidth = 7;
const tickWidth = 16;
/** of the reference's label, above the rows, in pixels */
const labelHeight = 16;

/** Estimates side by side: a dot with the whiskers of its interval, one row each, in the order given. */
export function PointIntervalChart({ category, x, points, reference, ...frame }: Props) {
  const format = useAxisFormat(x);
  const rows = points.map(({ label, value, lower, upper, n }) => ({ label, value, lower, upper, n: n ?? null }));
  const plotted = points.map((point) => ({
    ...point,
    error: [point.value - point.lower, point.upper - point.value] as [number, number],
    fill: seriesColor(point.color ?? 1),
  }));
  const longestLabel = Math.max(0, ...points.map(({ label }) => label.length));
  const columns = [
    { key: "label", label: category.label, number: false },
    { key: "value", label: axisTitle(x) },
    { key: "lower", label: `${axisTitle(x)} ↓` },
    { key: "upper", label: `${axisTitle(x)} ↑` },
    ...(points.some(({ n }) => n !== undefined) ? [{ key: "n", label: "n" }] : []),
  ];
  return (
    <ChartFrame
      {...frame}
      height={frame.height ?? points.length * rowHeight + 64 + (reference ? labelHeight : 0)}
      columns={columns}
      rows={rows}
      series={[]}
    >
      {(size) => (
        <ScatterChart
          width={size.width}
          height={size.height}
          title={frame.title}
          margin={{ top: reference ? 8 + labelHeight : 8, right: 16, bottom: 20, left: 8 }}
        >
          <CartesianGrid {...gridProps} horizontal={false} />
          <XAxis
            dataKey="value"
            {...scaleOf(x)}
            domain={x.domain ? [...x.domain] : endsOf(points)}
            tick={tickStyle}
            axisLine={axisLine}
            tickFormatter={format}
            label={{ value: axisTitle(x), position: "insideBottom", offset: -14, style: titleStyle }}
          />
          <YAxis
            dataKey="label"
            type="category"
            allowDuplicatedCategory={false}
            reversed
            width={Math.min(size.width * 0.45, longestLabel * letterWidth + tickWidth)}
            tick={tickStyle}
            axisLine={axisLine}
            interval={0}
          />
          <Tooltip
            isAnimationActive={false}
            cursor={false}
            content={contentOf({
              series: [{ id: "value", label: axisTitle(x), color: "var(--color-series-1)" }],
              heading: (row) => (row.n === undefined ? String(row.label) : `${row.label} · n = ${row.n}`),
              value: (_, row) =>
                `${format(Number(row.value))} (${format(Number(row.lower))}–${format(Number(row.upper))})`,
            })}
          />
          {reference ? (
            <ReferenceLine
              x={reference.value}
              stroke="var(--color-ink)"
              strokeDasharray="4 3"
              label={{
                value: reference.label,
                position: "top",
                style: { ...titleStyle, textAnchor: "middle" },
              }}
            />
          ) : null}
          <Scatter data={plotted} isAnimationActive={false}>
            <ErrorBar dataKey="error" direction="x" stroke="var(--color-ink)" width={8} isAnimationActive={false} />
          </Scatter>
        </ScatterChart>
      )}
    </ChartFrame>
  );
}

function endsOf(points: readonly PointInterval[]): [number, number] {
  const lower = Math.min(...points.map((point) => point.lower));
  const upper = Math.max(...points.map((point) => point.upper));
  const room = (upper - lower) * 0.05 || 0.1;
  return [lower - room, upper + room];
}
