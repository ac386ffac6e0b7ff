import { type NumberFormatOptions, useFormatter } from "next-intl";

/** What an axis says: its title, its unit, and how its numbers are written. */
export type Axis = {
  label: string;
  unit?: string;
  /** Fixed ends, or "auto" where the data decide. */
  domain?: readonly [number | "auto", number | "auto"];
  logarithmic?: boolean;
  format?: NumberFormatOptions;
};

export function axisTitle(axis: Axis): string {
  return axis.unit ? `${axis.label} (${axis.unit})` : axis.label;
}

/** Writes an axis's numbers in the person's language; very large and very small ones stay short. */
export function useAxisFormat(axis: Axis): (value: number) => string {
  const format = useFormatter();
  return (value) => format.number(value, axis.format ?? plainFormat(value));
}

function plainFormat(value: number): NumberFormatOptions {
  const size = Math.abs(value);
  if (size >= 1e6) return { notation: "compact", maximumSignificantDigits: 4 };
  if (size > 0 && size < 1e-3) return { notation: "scientific", maximumSignificantDigits: 3 };
  return { maximumSignificantDigits: 5 };
}

/** Recharts' settings of a numeric axis. */
export function scaleOf(axis: Axis, from: number | "auto" = "auto") {
  const [lower, upper] = axis.domain ?? [from, "auto"];
  return {
    type: "number" as const,
    domain: [lower, upper] as [number | "auto", number | "auto"],
    scale: axis.logarithmic ? ("log" as const) : ("linear" as const),
    allowDataOverflow: axis.domain !== undefined,
    niceTicks: "snap125" as const,
  };
}

export const tickStyle = { fill: "var(--color-muted)", fontSize: 12 };
export const titleStyle = { fill: "var(--color-muted)", fontSize: 12, textAnchor: "middle" as const };
export const gridProps = { stroke: "var(--color-line)", strokeDasharray: "2 4" };
export const axisLine = { stroke: "var(--color-line-strong)" };
