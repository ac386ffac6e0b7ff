import { useFormatter, useTranslations } from "next-intl";
import type { MeasuredAccuracy as Accuracy } from "@/lib/generations/schema";

/** How far the two verdicts on answers can be trusted, beside the figures that are made of them. */
export function MeasuredAccuracy({ accuracy }: { accuracy: Accuracy }) {
  const t = useTranslations("answers");
  const format = useFormatter();
  const percent = (value: number) => format.number(value, { style: "percent", maximumFractionDigits: 0 });
  const share = ({ hits, n, interval }: Accuracy["mixedRight"]) =>
    t("share", { hits, n, lower: percent(interval.lower), upper: percent(interval.upper) });
  return (
    <p className="max-w-[72ch] text-sm text-muted">
      {t("accuracy", {
        mixedRight: share(accuracy.mixedRight),
        mixedFound: share(accuracy.mixedFound),
        declinedRight: share(accuracy.declinedRight),
        declinedMissed: share(accuracy.declinedMissed),
      })}
    </p>
  );
}
