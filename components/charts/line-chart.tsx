"use client";

import { useMemo } from "react";
import { type Axis, axisTitle } from "./axis";
import { ChartFrame, type ChartProps } from "./chart-frame";
import { CurvePlot, type CurveRow } from "./curve-plot";
import type { ChartMark } from "./marks";
import { type SeriesColor, seriesStyles } from "./series";

export type LineSeries = {
  id: string;
  label: string;
  color?: SeriesColor;
  points: readonly { x: number; y: number }[];
};

type Props = ChartProps & {
  x: Axis;
  y: Axis;
  series: readonly LineSeries[];
  /** Draw steps instead of slopes, for what changes at once (precision over threshold). */
  steps?: boolean;
  marks?: readonly ChartMark[];
};

/** Measured values over a number, such as a loss over steps. For estimates take BandChart: they have intervals. */
export function LineChart({ x, y, series, steps = false, marks = [], ...frame }: Props) {
  const rows = useMemo(() => rowsOf(series), [series]);
  const styles = seriesStyles(series);
  const columns = [
    { key: "x", label: axisTitle(x) },
    ...series.map(({ id, label }) => ({ key: id, label: series.length === 1 ? axisTitle(y) : label })),
  ];
  return (
    <ChartFrame {...frame} columns={columns} rows={rows} series={styles}>
      {(size) => (
        <CurvePlot
          title={frame.title}
          size={size}
          x={x}
          y={y}
          series={styles}
          rows={rows}
          bands={false}
          steps={steps}
          marks={marks}
        />
      )}
    </ChartFrame>
  );
}

function rowsOf(series: readonly LineSeries[]) {
  const rows = new Map<number, Record<string, number>>();
  for (const { id, points } of series) {
    for (const { x, y } of points) {
      const row = rows.get(x) ?? { x };
      row[id] = y;
      rows.set(x, row);
    }
  }
  return [...rows.values()].sort((a, b) => Number(a.x) - Number(b.x)) satisfies CurveRow[];
}
