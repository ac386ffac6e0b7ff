"use client";

import { useMemo } from "react";
import { type Axis, axisTitle } from "./axis";
import { ChartFrame, type ChartProps } from "./chart-frame";
import { CurvePlot, type CurveRow } from "./curve-plot";
import type { ChartMark } from "./marks";
import { type SeriesColor, seriesStyles } from "./series";

export type BandPoint = { x: number; y: number; lower: number; upper: number };
export type BandSeries = { id: string; label: string; color?: SeriesColor; points: readonly BandPoint[] };

type Props = ChartProps & {
  x: Axis;
  y: Axis;
  series: readonly BandSeries[];
  steps?: boolean;
  marks?: readonly ChartMark[];
};

/** Estimates over a number: each value with the band of its interval. */
export function BandChart({ x, y, series, steps = false, marks = [], ...frame }: Props) {
  const { plotted, listed } = useMemo(() => rowsOf(series), [series]);
  const styles = seriesStyles(series);
  const columns = [
    { key: "x", label: axisTitle(x) },
    ...series.flatMap(({ id, label }) => {
      const name = series.length === 1 ? axisTitle(y) : label;
      return [
        { key: id, label: name },
        { key: `${id}:lower`, label: `${name} ↓` },
        { key: `${id}:upper`, label: `${name} ↑` },
      ];
    }),
  ];
  return (
    <ChartFrame {...frame} columns={columns} rows={listed} series={styles}>
      {(size) => (
        <CurvePlot
          title={frame.title}
          size={size}
          x={x}
          y={y}
          series={styles}
          rows={plotted}
          bands
          steps={steps}
          marks={marks}
        />
      )}
    </ChartFrame>
  );
}

function rowsOf(series: readonly BandSeries[]) {
  const plotted = new Map<number, Record<string, number | [number, number]>>();
  const listed = new Map<number, Record<string, number>>();
  for (const { id, points } of series) {
    for (const { x, y, lower, upper } of points) {
      plotted.set(x, { ...plotted.get(x), x, [id]: y, [`${id}:band`]: [lower, upper] });
      listed.set(x, { ...listed.get(x), x, [id]: y, [`${id}:lower`]: lower, [`${id}:upper`]: upper });
    }
  }
  const byX = (a: { x?: unknown }, b: { x?: unknown }) => Number(a.x) - Number(b.x);
  return { plotted: [...plotted.values()].sort(byX) satisfies CurveRow[], listed: [...listed.values()].sort(byX) };
}
