"use client";

import { usePlotArea, useYAxisScale } from "recharts";
import { spread } from "./spread";

export type LineEnd = { id: string; label: string; color: string; y: number };

const lineHeight = 14;

/** Room to the right of the plot that the labels need, in pixels. */
export function labelMargin(labels: readonly string[]): number {
  return Math.min(180, 16 + 7 * Math.max(0, ...labels.map((label) => label.length)));
}

/** Each line's name at its end, moved apart where they would overlap. */
export function DirectLabels(props: { ends: readonly LineEnd[] }) {
  const scale = useYAxisScale();
  const area = usePlotArea();
  if (!scale || !area) return null;
  const heights = props.ends.map((end) => scale(end.y) ?? area.y + area.height);
  const places = spread(heights, lineHeight, area.y, area.y + area.height);
  return (
    <g aria-hidden>
      {props.ends.map((end, index) => (
        <text
          key={end.id}
          x={area.x + area.width + 8}
          y={places[index]}
          dy="0.32em"
          fontSize={12}
          fontWeight={600}
          fill={end.color}
        >
          {end.label.length > 24 ? `${end.label.slice(0, 23)}…` : end.label}
        </text>
      ))}
    </g>
  );
}
