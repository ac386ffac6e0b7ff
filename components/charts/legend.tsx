import type { SeriesStyle } from "./series";

/** For more series than can be labelled directly; each line with its own pattern. */
export function Legend(props: { series: readonly SeriesStyle[] }) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
      {props.series.map((series) => (
        <li key={series.id} className="flex items-center gap-2">
          <svg width={24} height={8} aria-hidden>
            <line x1={0} x2={24} y1={4} y2={4} stroke={series.color} strokeWidth={2} strokeDasharray={series.dash} />
          </svg>
          {series.label}
        </li>
      ))}
    </ul>
  );
}
