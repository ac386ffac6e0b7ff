import { useFormatter, useTranslations } from "next-intl";
import { Figure } from "@/components/ui/figure";
import type { OwnRecord } from "@/lib/validation/own-record/schema";

/** A person's own consistency and pace, in sentences; nothing where there is neither. */
export function OwnRecordFigures({ record }: { record: Pick<OwnRecord, "consistency" | "pace"> }) {
  const t = useTranslations("validation.own");
  const format = useFormatter();
  const { consistency, pace } = record;
  const seconds = (value: number) => format.number(value, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return (
    <>
      {consistency ? (
        <p>
          {t("consistency", { same: consistency.same, repeats: consistency.repeats })}
          <span className="block text-sm text-muted">
            {t("share")} <Figure estimate={consistency.share} percent />, {t("interval")}
          </span>
        </p>
      ) : null}
      {pace ? (
        <p>
          {t("pace", { seconds: seconds(pace.median) })}
          <span className="block text-sm text-muted">
            {t("quartiles", { lower: seconds(pace.lowerQuartile), upper: seconds(pace.upperQuartile), count: pace.n })}
          </span>
        </p>
      ) : null}
    </>
  );
}
