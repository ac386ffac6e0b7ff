"use client";

import { useFormatter, useTranslations } from "next-intl";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { StratumView } from "@/lib/corpus/schema";
import { useStratumName } from "../validation/stratum-name";

/** Strata with their size, how many are drawn, and with which probability that is. */
export function StrataTable(props: { strata: StratumView[]; populationLabel?: string; probabilityLabel?: string }) {
  const t = useTranslations("samples");
  const format = useFormatter();
  const name = useStratumName();
  return (
    <Table
      caption={t("strata")}
      head={
        <>
          <HeadCell>{t("stratum")}</HeadCell>
          <HeadCell number>{props.populationLabel ?? t("population")}</HeadCell>
          <HeadCell number>{t("drawn")}</HeadCell>
          <HeadCell number>{props.probabilityLabel ?? t("probability")}</HeadCell>
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
