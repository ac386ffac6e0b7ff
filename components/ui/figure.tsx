import { useFormatter } from "next-intl";
import type { ReactNode } from "react";

/** A figure as statistics give it; the same shape as lib/stats' Estimate. */
export type FigureValue = { value: number; interval: { lower: number; upper: number }; n: number };

/**
 * Digits that the interval deserves: as many as tell its two ends apart, between 2 and `most` after the point.
 * (.8812 with an interval of .83–.92 reads .88.)
 */
export function digitsFor(interval: { lower: number; upper: number }, most = 3): number {
  const width = interval.upper - interval.lower;
  if (!(width > 0)) return 2;
  return Math.min(most, Math.max(2, Math.ceil(-Math.log10(width / 2))));
}

/** `0,88 (0,83–0,92)`, n on hover and for screen readers. Server and client. */
export function Figure(props: { estimate: FigureValue | null; percent?: boolean; className?: string }) {
  const format = useFormatter();
  const estimate = props.estimate;
  if (!estimate) return <span className="text-muted">–</span>;
  const scale = props.percent ? 100 : 1;
  const digits = Math.max(0, digitsFor(estimate.interval) - (props.percent ? 2 : 0));
  const show = (value: number) =>
    // A minus sign, since the interval's dash stands beside it.
    format.number(value * scale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−");
  const unit = props.percent ? " %" : "";
  return (
    <span className={`tabular whitespace-nowrap ${props.className ?? ""}`} title={`n = ${format.number(estimate.n)}`}>
      <span className="font-semibold">{show(estimate.value)}</span>
      <span className="text-muted">
        {" "}
        ({show(estimate.interval.lower)}–{show(estimate.interval.upper)}){unit}
      </span>
      <span className="sr-only">, n = {format.number(estimate.n)}</span>
    </span>
  );
}

/** A key figure with its name above and a note (how computed, on which rows) below. */
export function KeyFigure(props: { label: ReactNode; children: ReactNode; note?: ReactNode }) {
  return (
    <div className="min-w-0">
      <p className="text-sm text-muted">{props.label}</p>
      <p className="mt-1 text-xl">{props.children}</p>
      {props.note ? <p className="mt-1 text-sm text-muted">{props.note}</p> : null}
    </div>
  );
}
