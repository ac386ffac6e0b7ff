/** Colours 1 to 7 of the tokens, in the Okabe–Ito order; a series keeps its colour everywhere. */
export type SeriesColor = 1 | 2 | 3 | 4 | 5 | 6 | 7;

const dashes = ["", "6 3", "2 3", "8 3 2 3"] as const;

// Written out: tokens whose names are put together at run time are left out of the style sheet.
const colors = [
  "var(--color-series-1)",
  "var(--color-series-2)",
  "var(--color-series-3)",
  "var(--color-series-4)",
  "var(--color-series-5)",
  "var(--color-series-6)",
  "var(--color-series-7)",
] as const;

export function seriesColor(color: number): string {
  return colors[(color - 1) % colors.length] ?? colors[0];
}

/** Colour is never the only sign: where series have no direct label, each stroke has its own pattern too. */
function seriesDash(index: number): string | undefined {
  return dashes[index % dashes.length] || undefined;
}

/** How a series is told apart, in the chart, its legend, and its export. */
export type SeriesStyle = { id: string; label: string; color: string; dash?: string };

export function seriesStyles(series: readonly { id: string; label: string; color?: SeriesColor }[]): SeriesStyle[] {
  return series.map(({ id, label, color }, index) => ({
    id,
    label,
    color: seriesColor(color ?? index + 1),
    dash: series.length > directLabelLimit ? seriesDash(index) : undefined,
  }));
}

/** Up to so many series are labelled at their end instead of in a legend. */
export const directLabelLimit = 4;
