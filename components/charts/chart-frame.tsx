"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { ChartMenu } from "./chart-menu";
import { ChartTable } from "./chart-table";
import type { ChartColumn, ChartRow } from "./export-chart";
import { Legend } from "./legend";
import { directLabelLimit, type SeriesStyle } from "./series";

export type ChartSize = { width: number; height: number; narrow: boolean };

/** What every chart of the product lets its caller say. */
export type ChartProps = {
  title: string;
  /** A sentence on what is seen, or how it came about. */
  description?: ReactNode;
  /** Number of observations behind the picture. */
  n?: number;
  height?: number;
};

type Props = ChartProps & {
  columns: readonly ChartColumn[];
  rows: readonly ChartRow[];
  series: readonly SeriesStyle[];
  /** Where the chart can't name its series at their ends, a legend does for two already. */
  alwaysLegend?: boolean;
  children: (size: ChartSize) => ReactNode;
};

/** Title, the chart or the same data as a table, and downloads. The space is kept before the chart is drawn. */
export function ChartFrame({
  title,
  description,
  n,
  height = 260,
  columns,
  rows,
  series,
  alwaysLegend,
  children,
}: Props) {
  const t = useTranslations("common");
  const [asTable, setAsTable] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const titleId = useId();
  const narrow = width < 480;
  const needsLegend = series.length > directLabelLimit || ((narrow || alwaysLegend) && series.length > 1);
  return (
    <section aria-labelledby={titleId} className="flex min-w-0 flex-col gap-2 bg-surface">
      <div className="flex flex-wrap items-start justify-between gap-2">
        <div className="min-w-0">
          <h3 id={titleId} className="font-semibold">
            {title}
            {n === undefined ? null : (
              <span className="tabular font-normal text-muted"> · {t("observations", { count: n })}</span>
            )}
          </h3>
          {description ? <p className="text-sm text-muted">{description}</p> : null}
        </div>
        <ChartMenu
          title={title}
          columns={columns}
          rows={rows}
          legend={needsLegend ? series : []}
          chart={place}
          asTable={asTable}
          onAsTable={setAsTable}
        />
      </div>
      <div ref={place} className="min-w-0">
        {asTable ? (
          <ChartTable title={title} columns={columns} rows={rows} />
        ) : (
          <div className="overflow-hidden" style={{ height }}>
            {width > 0 ? children({ width, height, narrow }) : null}
          </div>
        )}
      </div>
      {needsLegend && !asTable ? <Legend series={series} /> : null}
    </section>
  );
}

function useWidth(place: React.RefObject<HTMLDivElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [place]);
  return width;
}
