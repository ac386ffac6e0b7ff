"use client";

import { CartesianGrid, ComposedChart, Scatter, Tooltip, useXAxisScale, useYAxisScale, XAxis, YAxis } from "recharts";
import { type Axis, axisLine, axisTitle, gridProps, scaleOf, tickStyle, titleStyle, useAxisFormat } from "./axis";
import { ChartFrame, type ChartProps } from "./chart-frame";
import { contentOf } from "./chart-tooltip";
import { type ChartMark, Marks } from "./marks";
import { type SeriesColor, type SeriesStyle, seriesStyles } from "./series";

export type HistogramSeries = { id: string; label: string; color?: SeriesColor };
/** `from` ≤ value < `to`, and how many there are, by series id. */
export type HistogramBin = { from: number; to: number; counts: Readonly<Record<string, number>> };

type Props = ChartProps & {
  x: Axis;
  y: Axis;
  series: readonly HistogramSeries[];
  bins: readonly HistogramBin[];
  marks?: readonly ChartMark[];
};

/** How often values fall where: touching bars over a numeric axis, series stacked. */
export function HistogramChart({ x, y, series, bins, marks = [], ...frame }: Props) {
  const formatX = useAxisFormat(x);
  const formatY = useAxisFormat(y);
  const styles = seriesStyles(series);
  const rows = bins.map(({ from, to, counts }) => ({ from, to, ...counts }));
  const plotted = bins.map(({ from, to, counts }) => ({
    x: (from + to) / 2,
    total: Object.values(counts).reduce((sum, count) => sum + count, 0),
    from,
    to,
    ...counts,
  }));
  const columns = [
    { key: "from", label: `${axisTitle(x)} ≥` },
    { key: "to", label: `${axisTitle(x)} <` },
    ...series.map(({ id, label }) => ({ key: id, label: series.length === 1 ? axisTitle(y) : label })),
  ];
  const ends: [number, number] = [bins[0]?.from ?? 0, bins.at(-1)?.to ?? 1];
  return (
    <ChartFrame {...frame} columns={columns} rows={rows} series={styles} alwaysLegend>
      {(size) => (
        <ComposedChart
          width={size.width}
          height={size.height}
          data={plotted}
          title={frame.title}
          margin={{ top: 8, right: 12, bottom: 20, left: 8 }}
        >
          <CartesianGrid {...gridProps} vertical={false} />
          <XAxis
            dataKey="x"
            {...scaleOf(x)}
            domain={x.domain ? [...x.domain] : ends}
            tick={tickStyle}
            axisLine={axisLine}
            tickFormatter={formatX}
            minTickGap={24}
            label={{ value: axisTitle(x), position: "insideBottom", offset: -14, style: titleStyle }}
          />
          <YAxis
            dataKey="total"
            {...scaleOf(y, 0)}
            width="auto"
            tick={tickStyle}
            axisLine={axisLine}
            tickFormatter={formatY}
            label={{ value: axisTitle(y), angle: -90, position: "insideLeft", style: titleStyle }}
          />
          <Tooltip
            isAnimationActive={false}
            cursor={false}
            content={contentOf({
              series: styles,
              heading: (row) => `${formatX(Number(row.from))}–${formatX(Number(row.to))}`,
              value: ({ id }, row) => (typeof row[id] === "number" ? formatY(row[id]) : null),
            })}
          />
          <Bins bins={bins} series={styles} />
          {/* The tooltip finds its bin by these points; the bars themselves are drawn by Bins. */}
          <Scatter dataKey="total" shape={() => <g />} isAnimationActive={false} />
          <Marks marks={marks} format={formatX} />
        </ComposedChart>
      )}
    </ChartFrame>
  );
}

function Bins(props: { bins: readonly HistogramBin[]; series: readonly SeriesStyle[] }) {
  const xScale = useXAxisScale();
  const yScale = useYAxisScale();
  if (!xScale || !yScale) return null;
  return (
    <g aria-hidden>
      {props.bins.flatMap(({ from, to, counts }) => {
        let below = 0;
        const left = xScale(from) ?? 0;
        const right = xScale(to) ?? left;
        return props.series.map(({ id, color }) => {
          const bottom = yScale(below) ?? 0;
          below += counts[id] ?? 0;
          const top = yScale(below) ?? bottom;
          return (
            <rect
              key={`${from}:${id}`}
              x={left}
              y={top}
              width={Math.max(0, right - left - 1)}
              height={Math.max(0, bottom - top)}
              fill={color}
            />
          );
        });
      })}
    </g>
  );
}
