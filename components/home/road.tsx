import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import type { StationOnRoad } from "@/app/(studio)/studies/[studyId]/stations";
import { Figure } from "@/components/ui/figure";
import { StateDot } from "@/components/ui/state-dot";

type FigureName = Parameters<ReturnType<typeof useTranslations<"home.figures">>>[0];

function StationFigure({ figure }: { figure: NonNullable<StationOnRoad["figure"]> }) {
  const t = useTranslations("home.figures");
  const format = useFormatter();
  return (
    <>
      <span className="block text-sm text-muted">
        {t(figure.name as FigureName)}
        {figure.kind === "estimate" && figure.of ? `, ${figure.of}` : ""}
      </span>
      <span className="tabular block text-lg">
        {figure.kind === "estimate" ? <Figure estimate={figure} percent={figure.percent} /> : null}
        {figure.kind === "count" ? <span className="font-semibold">{format.number(figure.count)}</span> : null}
        {figure.kind === "change" ? (
          <span className="font-semibold">
            {format.number(figure.before, { maximumFractionDigits: 2 })} →{" "}
            {format.number(figure.after, { maximumFractionDigits: 2 })}
          </span>
        ) : null}
        {figure.kind === "share" ? (
          <span className="font-semibold">
            {format.number(figure.done)} / {format.number(figure.total)}
          </span>
        ) : null}
      </span>
    </>
  );
}

/** The chain of the method as one picture: each station with its state, its key figure, and what it waits for. */
export function Road(props: { studyId: string; stations: StationOnRoad[] }) {
  const t = useTranslations("home");
  const stationName = useTranslations("frame.stations");
  return (
    <ol className="grid grid-cols-1 gap-3 sm:grid-cols-2 lg:grid-cols-3 xl:grid-cols-4">
      {props.stations.map((station, index) => (
        <li key={station.name}>
          <Link
            href={`/studies/${props.studyId}${station.href}`}
            className={`flex h-full min-h-28 flex-col gap-2 rounded-base border bg-surface p-3 hover:border-accent ${station.place === "next" ? "border-accent" : "border-line"}`}
          >
            <span className="flex items-center gap-2">
              <span className="tabular text-sm text-muted">{index + 1}</span>
              <span className="flex-1 font-semibold">{stationName(station.name)}</span>
              <StateDot state={station.place} label={t(`places.${station.place}`)} />
            </span>
            <span className="mt-auto">
              {station.figure ? <StationFigure figure={station.figure} /> : null}
              {station.place === "active" && !station.figure ? (
                <span className="text-sm text-muted">{t("places.active")}</span>
              ) : null}
              {!station.figure && station.place === "next" ? (
                <span className="text-accent">{t(`begin.${station.name}`)}</span>
              ) : null}
              {!station.figure && station.waitsFor ? (
                <span className="text-sm text-muted">{t("waitsFor", { station: stationName(station.waitsFor) })}</span>
              ) : null}
            </span>
          </Link>
        </li>
      ))}
    </ol>
  );
}
