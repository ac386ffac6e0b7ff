"use client";

import { Bar, CartesianGrid, ErrorBar, BarChart as Plot, Tooltip, XAxis, YAxis } from "recharts";
import { type Axis, axisLine, axisTitle, gridProps, scaleOf, tickStyle, titleStyle, useAxisFormat } from "./axis";
import { ChartFrame, type ChartProps } from "./chart-frame";
import { contentOf } from "./chart-tooltip";
import { type SeriesColor, seriesStyles } from "./series";

export type BarValue = { value: number; lower?: number; upper?: number };
export type BarSeries = { id: string; label: string; color?: SeriesColor };
/** One group of bars: its name and, by series id, the values. */
export type BarGroup = { label: string; values: Readonly<Record<string, BarValue>> };

type Props = ChartProps & {
  category: { label: string };
  y: Axis;
  series: readonly BarSeries[];
  groups: readonly BarGroup[];
  stacked?: boolean;
};

type Row = Record<string, number | string | [number, number]>;

/** Amounts by category, from zero; with `lower` and `upper` each bar carries its interval. */
export function BarChart({ category, y, series, groups, stacked = false, ...frame }: Props) {
  const formatY = useAxisFormat(y);
  const styles = seriesStyles(series);
  const plotted = groups.map(({ label, values }) => {
    const row: Row = { group: label };
    for (const [id, { value, lower, upper }] of Object.entries(values)) {
      row[id] = value;
      if (lower !== undefined && upper !== undefined) row[`${id}:error`] = [value - lower, upper - value];
    }
    return row;
  });
  const listed = groups.map(({ label, values }) => {
    const row: Record<string, number | string | null> = { group: label };
    for (const [id, each] of Object.entries(values)) {
      row[id] = each.value;
      row[`${id}:lower`] = each.lower ?? null;
      row[`${id}:upper`] = each.upper ?? null;
    }
    return row;
  });
  const intervals = groups.some(({ values }) => Object.values(values).some(({ lower }) => lower !== undefined));
  const columns = [
    { key: "group", label: category.label, number: false },
    ...series.flatMap(({ id, label }) => {
      const name = series.length === 1 ? axisTitle(y) : label;
      const ends = [
        { key: `${id}:lower`, label: `${name} ↓` },
        { key: `${id}:upper`, label: `${name} ↑` },
      ];
      return [{ key: id, label: name }, ...(intervals ? ends : [])];
    }),
  ];
  return (
    <ChartFrame {...frame} columns={columns} rows={listed} series={styles}>
      {(size) => (
        <Plot
          width={size.width}
          height={size.height}
          data={plotted}
          title={frame.title}
          margin={{ top: 8, right: 12, bottom: 20, left: 8 }}
        >
          <CartesianGrid {...gridProps} vertical={false} />
          <XAxis
            dataKey="group"
            tick={tickStyle}
            axisLine={axisLine}
            label={{ value: category.label, position: "insideBottom", offset: -14, style: titleStyle }}
          />
          <YAxis
            {...scaleOf(y, 0)}
            width="auto"
            tick={tickStyle}
            axisLine={axisLine}
            tickFormatter={formatY}
            label={{ value: axisTitle(y), angle: -90, position: "insideLeft", style: titleStyle }}
          />
          <Tooltip
            isAnimationActive={false}
            cursor={{ fill: "var(--color-sunken)" }}
            content={contentOf({
              series: styles,
              heading: (row) => String(row.group),
              value: ({ id }, row) => (typeof row[id] === "number" ? formatY(row[id]) : null),
            })}
          />
          {styles.map(({ id, color }) => (
            <Bar
              key={id}
              dataKey={id}
              fill={color}
              maxBarSize={56}
              stackId={stacked ? "all" : undefined}
              isAnimationActive={false}
            >
              {intervals && !stacked ? <ErrorBar dataKey={`${id}:error`} stroke="var(--color-ink)" width={6} /> : null}
            </Bar>
          ))}
        </Plot>
      )}
    </ChartFrame>
  );
}
