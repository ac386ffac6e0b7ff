"use client";

import { useFormatter, useTranslations } from "next-intl";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { StratumView } from "@/lib/corpus/schema";

/** Strata with size in the corpus, how many are drawn, and the inclusion probability that follows. */
export function StrataTable(props: { strata: StratumView[] }) {
  const t = useTranslations("samples");
  const format = useFormatter();
  const name = (key: string) =>
    key === "all"
      ? t("wholeCorpus")
      : key
          .split("|")
          .map((part) => {
            const [kind, ...rest] = part.split(":");
            return `${kind === "length" ? t("by.length") : t("by.source")} ${rest.join(":")}`;
          })
          .join(" · ");
  return (
    <Table
      caption={t("strata")}
      head={
        <>
          <HeadCell>{t("stratum")}</HeadCell>
          <HeadCell number>{t("population")}</HeadCell>
          <HeadCell number>{t("drawn")}</HeadCell>
          <HeadCell number>{t("probability")}</HeadCell>
        </>
      }
    >
      {props.strata.map((stratum) => (
        <tr key={stratum.key}>
          <Cell>{name(stratum.key)}</Cell>
          <Cell number>{format.number(stratum.populationSize)}</Cell>
          <Cell number>{format.number(stratum.sampleSize)}</Cell>
          <Cell number>
            {format.number(stratum.sampleSize / stratum.populationSize, { maximumSignificantDigits: 4 })}
          </Cell>
        </tr>
      ))}
    </Table>
  );
}
