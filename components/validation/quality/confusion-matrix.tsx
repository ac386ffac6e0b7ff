import { useFormatter, useTranslations } from "next-intl";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { ConfusionRow } from "@/lib/validation/quality/schema";

/** LLM down, people across: documents of the sample, and the share of the corpus that they stand for. */
export function ConfusionMatrix({ rows }: { rows: ConfusionRow[] }) {
  const t = useTranslations("quality");
  const labels = useTranslations("validation.labels");
  const format = useFormatter();
  const cell = (count: number, share: number | null) => (
    <>
      <span className="font-semibold">{format.number(count)}</span>
      <span className="block text-sm text-muted">
        {share === null ? "–" : format.number(share, { style: "percent", maximumFractionDigits: 1 })}
      </span>
    </>
  );
  const right = "bg-accent-soft";
  return (
    <Table
      caption={t("confusion")}
      head={
        <>
          <HeadCell>{t("llmSays")}</HeadCell>
          <HeadCell number>{t("peopleSay", { label: labels("medical") })}</HeadCell>
          <HeadCell number>{t("peopleSay", { label: labels("non_medical") })}</HeadCell>
          <HeadCell number>{t("unsettled")}</HeadCell>
        </>
      }
    >
      {rows.map((row) => (
        <tr key={row.outcome}>
          <th scope="row" className="border-b border-line px-3 py-2 text-left align-top font-semibold">
            {row.outcome === "unusable" ? t("unusable") : labels(row.outcome)}
            {row.outcome === "unusable" ? (
              <span className="block text-sm font-normal text-muted">{t("unusableHint")}</span>
            ) : null}
          </th>
          <Cell number className={row.outcome === "medical" ? right : ""}>
            {cell(row.medical, row.medicalShare)}
          </Cell>
          <Cell number className={row.outcome === "medical" ? "" : right}>
            {cell(row.non_medical, row.nonMedicalShare)}
          </Cell>
          <Cell number>{format.number(row.unsettled)}</Cell>
        </tr>
      ))}
    </Table>
  );
}
