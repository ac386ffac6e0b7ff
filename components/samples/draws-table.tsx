"use client";

import { useFormatter, useTranslations } from "next-intl";
import { Badge } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { DrawView } from "@/lib/corpus/schema";

/** Every draw of a sample: what it was drawn from, and how it relates to the others. */
export function DrawsTable(props: { draws: DrawView[]; chosen: number; onChoose: (number: number) => void }) {
  const t = useTranslations("samples");
  const format = useFormatter();
  return (
    <Table
      caption={t("draws")}
      head={
        <>
          <HeadCell>{t("drawNumber")}</HeadCell>
          <HeadCell>{t("drawnFrom")}</HeadCell>
          <HeadCell number>{t("items")}</HeadCell>
          <HeadCell number>{t("roundsOver")}</HeadCell>
          <HeadCell number>{t("labellingsOver")}</HeadCell>
          <HeadCell>{t("created")}</HeadCell>
        </>
      }
    >
      {props.draws.map((draw) => (
        <tr key={draw.id} className={draw.number === props.chosen ? "bg-accent-soft" : undefined}>
          <Cell>
            <button
              type="button"
              className="font-semibold text-accent hover:underline"
              aria-current={draw.number === props.chosen ? "true" : undefined}
              onClick={() => props.onChoose(draw.number)}
            >
              {t("drawName", { number: draw.number })}
            </button>{" "}
            {draw.pending ? <Badge tone="accent">{t("states.drawing")}</Badge> : null}
          </Cell>
          <Cell>
            {draw.parent === null ? t("fromCorpus") : t("fromDraw", { number: draw.parent })}
            {draw.extends === null ? null : `, ${t("extendsDraw", { number: draw.extends })}`}
          </Cell>
          <Cell number>{format.number(draw.size)}</Cell>
          <Cell number>{draw.rounds > 0 ? format.number(draw.rounds) : "–"}</Cell>
          <Cell number>{draw.labellingRuns > 0 ? format.number(draw.labellingRuns) : "–"}</Cell>
          <Cell className="whitespace-nowrap">
            {format.dateTime(new Date(draw.createdAt), { dateStyle: "medium", timeStyle: "short" })}
          </Cell>
        </tr>
      ))}
    </Table>
  );
}
