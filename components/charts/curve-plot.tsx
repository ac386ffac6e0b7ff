"use client";

import { Area, CartesianGrid, ComposedChart, Line, Tooltip, XAxis, YAxis } from "recharts";
import { type Axis, axisLine, axisTitle, gridProps, scaleOf, tickStyle, titleStyle, useAxisFormat } from "./axis";
import type { ChartSize } from "./chart-frame";
import { contentOf } from "./chart-tooltip";
import { DirectLabels, labelMargin } from "./direct-labels";
import { type ChartMark, Marks } from "./marks";
import { directLabelLimit, type SeriesStyle } from "./series";
import { rangeOf, ticksWithin } from "./ticks";

/** A row a value of x: `x`, `<series>` and, for bands, `<series>:band` as [lower, upper]. */
export type CurveRow = Readonly<Record<string, number | [number, number] | null>>;

type Props = {
  title: string;
  size: ChartSize;
  x: Axis;
  y: Axis;
  series: readonly SeriesStyle[];
  rows: readonly CurveRow[];
  bands: boolean;
  steps: boolean;
  marks: readonly ChartMark[];
};

/** Lines over a numeric axis, with or without bands; the drawing behind LineChart and BandChart. */
export function CurvePlot({ title, size, x, y, series, rows, bands, steps, marks }: Props) {
  const formatX = useAxisFormat(x);
  const formatY = useAxisFormat(y);
  const labelled = !size.narrow && series.length > 1 && series.length <= directLabelLimit;
  const ends = endsOfAxis(x, rows);
  const curve = steps ? "stepAfter" : "linear";
  return (
    <ComposedChart
      width={size.width}
      height={size.height}
      data={rows as CurveRow[]}
      title={title}
      margin={{ top: 8, right: labelled ? labelMargin(series.map(({ label }) => label)) : 12, bottom: 20, left: 8 }}
    >
      <CartesianGrid {...gridProps} vertical={false} />
      <XAxis
        dataKey="x"
        {...scaleOf(x)}
        domain={ends}
        ticks={x.logarithmic ? undefined : ticksWithin(...ends)}
        tick={tickStyle}
        axisLine={axisLine}
        tickFormatter={formatX}
        minTickGap={24}
        label={{ value: axisTitle(x), position: "insideBottom", offset: -14, style: titleStyle }}
      />
      <YAxis
        {...scaleOf(y)}
        width="auto"
        tick={tickStyle}
        axisLine={axisLine}
        tickFormatter={formatY}
        label={{ value: axisTitle(y), angle: -90, position: "insideLeft", style: titleStyle }}
      />
      <Tooltip
        isAnimationActive={false}
        cursor={{ stroke: "var(--color-line-strong)" }}
        content={contentOf({
          series,
          heading: (row) => `${x.label} ${formatX(Number(row.x))}`,
          value: ({ id }, row) => {
            const value = row[id];
            if (typeof value !== "number") return null;
            const band = row[`${id}:band`] as [number, number] | null | undefined;
            return band ? `${formatY(value)} (${formatY(band[0])}–${formatY(band[1])})` : formatY(value);
          },
        })}
      />
      {bands
        ? series.map(({ id, color }) => (
            <Area
              key={id}
              dataKey={`${id}:band`}
              type={curve}
              fill={color}
              fillOpacity={0.18}
              stroke="none"
              connectNulls
              activeDot={false}
              isAnimationActive={false}
            />
          ))
        : null}
      {series.map(({ id, color, dash }) => (
        <Line
          key={id}
          dataKey={id}
          type={curve}
          stroke={color}
          strokeWidth={2}
          strokeDasharray={dash}
          dot={rows.length === 1}
          activeDot={{ r: 4 }}
          connectNulls
          isAnimationActive={false}
        />
      ))}
      {labelled ? <DirectLabels ends={endsOf(series, rows)} /> : null}
      <Marks marks={marks} format={formatX} />
    </ComposedChart>
  );
}

function endsOfAxis({ domain, logarithmic }: Axis, rows: readonly CurveRow[]): [number, number] {
  const values = rows.map((row) => Number(row.x));
  // A logarithmic axis has no zero.
  const [lower, upper] = logarithmic ? [Math.min(...values), Math.max(...values)] : rangeOf(values);
  const [from = "auto", to = "auto"] = domain ?? [];
  return [from === "auto" ? lower : from, to === "auto" ? upper : to];
}

function endsOf(series: readonly SeriesStyle[], rows: readonly CurveRow[]) {
  return series.flatMap(({ id, label, color }) => {
    const last = rows.findLast((row) => typeof row[id] === "number")?.[id];
    return typeof last === "number" ? [{ id, label, color, y: last }] : [];
  });
}
