"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Notice } from "@/components/ui/surface";
import { valuesOf } from "@/lib/compute/rules";
import type { Estimate } from "@/lib/compute/schema";
import { useBytes } from "./sentences";

/** What runs would need, one after the other: time, memory, disk and cost, each with how it was come by; and why they can't fit. */
export function RunEstimate({ estimate, runs }: { estimate: Estimate; runs: number }) {
  const t = useTranslations("runs.estimate");
  const errors = useTranslations("errors");
  const format = useFormatter();
  const time = useAbout();
  const { speed, cost } = estimate;
  return (
    <div className="flex flex-col gap-3">
      <section aria-label={t("title")} className="rounded-base border border-line bg-sunken p-3">
        <h3 className="mb-2 font-semibold">{runs > 1 ? t("titleOfRuns", { runs }) : t("title")}</h3>
        <dl className="grid gap-x-6 gap-y-2 sm:grid-cols-2">
          <Fact name={t("time")} note={speed ? <SpeedNote speed={speed} /> : null}>
            {estimate.seconds === null ? t("unknown") : t("about", { time: time(estimate.seconds) })}
          </Fact>
          {cost ? (
            <Fact name={t("cost")}>
              {t("about", {
                time: format.number(cost.amount, {
                  style: "currency",
                  currency: cost.currency,
                  maximumFractionDigits: 2,
                }),
              })}
            </Fact>
          ) : null}
          <Need name={estimate.gpus > 0 ? t("gpuMemory") : t("memory")} need={estimate.memory} />
          <Need name={t("disk")} need={estimate.disk} />
        </dl>
        {estimate.memory === null ? <p className="mt-2 text-sm text-muted">{t("noModel")}</p> : null}
      </section>
      {estimate.shortages.length > 0 ? (
        <Notice tone="danger" title={t("tooLarge")}>
          {estimate.shortages.map((shortage) => (
            <p key={shortage.code}>{errors(shortage.code, valuesOf(shortage))}</p>
          ))}
        </Notice>
      ) : null}
    </div>
  );
}

function Fact(props: { name: string; note?: ReactNode; children: ReactNode }) {
  return (
    <div>
      <dt className="text-sm text-muted">{props.name}</dt>
      <dd className="tabular">{props.children}</dd>
      {props.note ? <dd className="text-sm text-muted">{props.note}</dd> : null}
    </div>
  );
}

function Need({ name, need }: { name: string; need: Estimate["memory"] }) {
  const t = useTranslations("runs.estimate");
  const bytes = useBytes();
  if (!need) return null;
  const parts = need.parts.filter((part) => part.bytes > 0);
  const sum = parts.map((part) => `${t(`parts.${part.name}`)} ${bytes(part.bytes)}`).join(" + ");
  return (
    <Fact name={name} note={parts.length > 1 ? sum : null}>
      {need.availableBytes === null
        ? bytes(need.bytes)
        : t("of", { needed: bytes(need.bytes), available: bytes(need.availableBytes) })}
    </Fact>
  );
}

function SpeedNote({ speed }: { speed: NonNullable<Estimate["speed"]> }) {
  const t = useTranslations("runs.estimate");
  const format = useFormatter();
  if (speed.measuredRuns > 0) return t("measured", { runs: speed.measuredRuns });
  const scaled = speed.perSecond / (speed.unit === "flop" ? 1e12 : 1e9);
  const value = format.number(scaled, { maximumSignificantDigits: 2 });
  return t("assumed", { speed: speed.unit === "flop" ? t("flops", { value }) : t("bytes", { value }) });
}

/** A length of time, as exact as an estimate can be. */
function useAbout(): (seconds: number) => string {
  const t = useTranslations("runs.estimate");
  return (seconds) => {
    const minutes = Math.round(seconds / 60);
    if (minutes < 1) return t("belowMinute");
    if (minutes < 60) return t("minutes", { minutes });
    const hours = Math.floor(minutes / 60);
    if (hours < 48) return t("hours", { hours, minutes: minutes % 60 });
    if (hours >= 240) return t("manyDays", { days: Math.round(hours / 24) });
    return t("days", { days: Math.floor(hours / 24), hours: hours % 24 });
  };
}
