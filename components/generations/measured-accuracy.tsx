import { useFormatter, useTranslations } from "next-intl";
import { measuredAccuracy } from "@/lib/generations/measured-accuracy";
import { wilsonInterval } from "@/lib/stats";

/** How far the two verdicts on answers can be trusted, beside the figures that are made of them. */
export function MeasuredAccuracy() {
  const t = useTranslations("answers");
  const format = useFormatter();
  const percent = (value: number) => format.number(value, { style: "percent", maximumFractionDigits: 0 });
  const share = ({ hits, n }: { hits: number; n: number }) => {
    const { lower, upper } = wilsonInterval(hits, n);
    return t("share", { hits, n, lower: percent(lower), upper: percent(upper) });
  };
  const { mixed, declined } = measuredAccuracy;
  return (
    <p className="max-w-[72ch] text-sm text-muted">
      {t("accuracy", {
        mixedRight: share(mixed.right),
        mixedFound: share(mixed.found),
        declinedRight: share(declined.right),
        declinedMissed: share(declined.missed),
      })}
    </p>
  );
}
