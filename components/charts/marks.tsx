"use client";

import type { KeyboardEvent, PointerEvent } from "react";
import {
  DefaultZIndexes,
  usePlotArea,
  useXAxisDomain,
  useXAxisInverseScale,
  useXAxisScale,
  ZIndexLayer,
} from "recharts";

/** A vertical line at a value of the x axis, such as a threshold; with `onMove` it can be dragged and moved by keys. */
export type ChartMark = { value: number; label: string; onMove?: (value: number) => void };

export function Marks(props: { marks: readonly ChartMark[]; format: (value: number) => string }) {
  // Above the dots that follow the pointer, which would catch the drag otherwise.
  return (
    <ZIndexLayer zIndex={DefaultZIndexes.label + 1}>
      {props.marks.map((mark) => (
        <Mark key={mark.label} mark={mark} format={props.format} />
      ))}
    </ZIndexLayer>
  );
}

function Mark({ mark, format }: { mark: ChartMark; format: (value: number) => string }) {
  const scale = useXAxisScale();
  const inverse = useXAxisInverseScale();
  const domain = useXAxisDomain();
  const area = usePlotArea();
  const x = scale?.(mark.value);
  if (!area || !inverse || x === undefined) return null;
  const lower = Number(domain?.[0] ?? 0);
  const upper = Number(domain?.at(-1) ?? 1);
  const line = (
    <>
      <line x1={x} x2={x} y1={area.y} y2={area.y + area.height} stroke="var(--color-ink)" strokeDasharray="4 3" />
      <text x={x + 4} y={area.y + 10} fontSize={12} fill="var(--color-ink)">
        {mark.label} {format(Number(mark.value.toPrecision(3)))}
      </text>
    </>
  );
  const { onMove } = mark;
  if (!onMove) return <g>{line}</g>;
  const move = (value: number) => onMove(Math.min(upper, Math.max(lower, value)));
  const onPointerMove = (event: PointerEvent<SVGGElement>) => {
    const svg = event.currentTarget.ownerSVGElement;
    if (!svg || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    move(Number(inverse(event.clientX - svg.getBoundingClientRect().left)));
  };
  const onKeyDown = (event: KeyboardEvent<SVGGElement>) => {
    const step = (upper - lower) / (event.shiftKey ? 20 : 200);
    const by = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    // The chart itself listens to arrow keys too, to move from point to point.
    event.stopPropagation();
    move(mark.value + by);
  };
  return (
    <g
      role="slider"
      tabIndex={0}
      aria-label={mark.label}
      aria-valuemin={lower}
      aria-valuemax={upper}
      aria-valuenow={mark.value}
      aria-valuetext={format(Number(mark.value.toPrecision(3)))}
      className="cursor-ew-resize touch-none"
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
    >
      <rect x={x - 8} y={area.y} width={16} height={area.height} fill="transparent" />
      {line}
      <circle cx={x} cy={area.y + area.height / 2} r={6} fill="var(--color-surface)" stroke="var(--color-ink)" />
    </g>
  );
}
