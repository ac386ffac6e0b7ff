"use client";

import type { SeriesStyle } from "./series";

type TooltipRow = Readonly<Record<string, unknown>>;

/** What a chart's tooltip shows of the row under the pointer or the keyboard's focus. */
export type TooltipText = {
  series: readonly SeriesStyle[];
  heading: (row: TooltipRow) => string;
  /** What the row says of a series, or null where it says nothing. */
  value: (series: SeriesStyle, row: TooltipRow) => string | null;
};

/** Content for Recharts' Tooltip: `content={contentOf({ … })}`. */
export function contentOf(text: TooltipText) {
  return ({ active, payload }: { active?: boolean; payload?: readonly { payload?: unknown }[] }) => {
    const row = payload?.[0]?.payload as TooltipRow | undefined;
    return active && row ? <TooltipBox {...text} row={row} /> : null;
  };
}

function TooltipBox({ series, heading, value, row }: TooltipText & { row: TooltipRow }) {
  return (
    <div className="rounded-base border border-line bg-surface px-3 py-2 text-sm shadow-xl">
      <p className="tabular mb-1 text-muted">{heading(row)}</p>
      {series.map((each) => {
        const text = value(each, row);
        return text === null ? null : (
          <p key={each.id} className="flex items-center justify-between gap-4">
            <span className="flex items-center gap-2">
              <span aria-hidden className="inline-block size-2 rounded-full" style={{ background: each.color }} />
              {each.label}
            </span>
            <span className="tabular">{text}</span>
          </p>
        );
      })}
    </div>
  );
}
