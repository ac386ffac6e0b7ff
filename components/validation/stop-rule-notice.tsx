import { useFormatter, useTranslations } from "next-intl";
import { Notice } from "@/components/ui/surface";
import type { RoundDetail } from "@/lib/validation/schema";

/** That the stop rule has ended the handing out, and the interval of F1 that holds although one looked all the time. */
export function StopRuleNotice({ round }: { round: RoundDetail }) {
  const t = useTranslations("validation.limits");
  const format = useFormatter();
  const { stopRule } = round;
  if (!round.stoppedAt || !stopRule) return null;
  const share = (value: number) => format.number(value, { maximumFractionDigits: 3 });
  return (
    <Notice tone="done" title={t("stopped", { halfWidth: share(stopRule.halfWidth) })}>
      {stopRule.interval ? (
        <p>
          {t("stoppedInterval", {
            lower: share(stopRule.interval.lower),
            upper: share(stopRule.interval.upper),
            documents: stopRule.interval.documents,
          })}
        </p>
      ) : null}
      {round.state === "open" ? <p>{t("stoppedNext")}</p> : null}
    </Notice>
  );
}
