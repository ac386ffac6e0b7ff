import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { CheckpointSummary } from "@/lib/models/schema";

/** A key figure of the run that made a checkpoint, by its name in the run's summary. */
export type SummaryColumn = { key: string; label: string; digits: number };

export function CheckpointTable(props: {
  studyId: string;
  caption: string;
  checkpoints: CheckpointSummary[];
  columns: SummaryColumn[];
  /** where the name leads; the run that made it otherwise */
  detail?: "merges";
}) {
  const t = useTranslations("checkpoints");
  const format = useFormatter();
  return (
    <Table
      caption={props.caption}
      head={
        <>
          <HeadCell>{t("name")}</HeadCell>
          <HeadCell>{t("madeFrom")}</HeadCell>
          {props.columns.map((column) => (
            <HeadCell key={column.key} number>
              {column.label}
            </HeadCell>
          ))}
          <HeadCell>{t("made")}</HeadCell>
        </>
      }
    >
      {props.checkpoints.map((checkpoint) => {
        const run = `/studies/${props.studyId}/runs/${checkpoint.madeByRunId}`;
        const href = props.detail ? `/studies/${props.studyId}/${props.detail}/${checkpoint.id}` : run;
        return (
          <tr key={checkpoint.id}>
            <Cell>
              <Link className="font-semibold text-accent hover:underline" href={href}>
                {checkpoint.name}
              </Link>
            </Cell>
            <Cell>{checkpoint.parents.map((parent) => parent.name).join(" + ")}</Cell>
            {props.columns.map((column) => {
              const value = checkpoint.summary[column.key];
              return (
                <Cell key={column.key} number>
                  {typeof value === "number"
                    ? format.number(value, {
                        minimumFractionDigits: column.digits,
                        maximumFractionDigits: column.digits,
                      })
                    : "–"}
                </Cell>
              );
            })}
            <Cell className="whitespace-nowrap">
              <Link className="text-accent hover:underline" href={run}>
                {format.dateTime(new Date(checkpoint.createdAt), { dateStyle: "medium", timeStyle: "short" })}
              </Link>
            </Cell>
          </tr>
        );
      })}
    </Table>
  );
}
