import { useFormatter, useTranslations } from "next-intl";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { LabelQuality } from "@/lib/validation/quality/schema";
import { useStratumName } from "../stratum-name";

/** What each stratum weighs, and how much of it is known. */
export function StratumTable({ strata, twoPhases }: Pick<LabelQuality, "strata" | "twoPhases">) {
  const t = useTranslations("quality");
  const format = useFormatter();
  const name = useStratumName();
  return (
    <Table
      caption={t("strata")}
      head={
        <>
          <HeadCell>{t("stratum")}</HeadCell>
          <HeadCell number>{twoPhases ? t("inDrawnSample") : t("inCorpus")}</HeadCell>
          <HeadCell number>{t("weight")}</HeadCell>
          <HeadCell number>{t("drawn")}</HeadCell>
          <HeadCell number>{t("settled")}</HeadCell>
          <HeadCell number>{t("unsettled")}</HeadCell>
        </>
      }
    >
      {strata.map((stratum) => (
        <tr key={stratum.key}>
          <Cell>{name(stratum.key)}</Cell>
          <Cell number>{format.number(stratum.populationSize)}</Cell>
          <Cell number>{format.number(stratum.weight, { style: "percent", maximumFractionDigits: 1 })}</Cell>
          <Cell number>{format.number(stratum.sampleSize)}</Cell>
          <Cell number>{format.number(stratum.settled)}</Cell>
          <Cell number>{format.number(stratum.unsettled)}</Cell>
        </tr>
      ))}
    </Table>
  );
}
