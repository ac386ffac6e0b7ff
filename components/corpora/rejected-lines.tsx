"use client";

import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Card } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { listRejectedLinesOperation } from "@/lib/corpus/api";
import { type ImportView, type RejectedLineView, rejectCodes } from "@/lib/corpus/schema";
import { call } from "@/lib/platform/http/call";

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

export function RejectedLines(props: { params: { studyId: string; corpusId: string }; view: ImportView }) {
  const t = useTranslations("corpora");
  const format = useFormatter();
  const [open, setOpen] = useState(false);
  const lines = useQuery({
    queryKey: ["rejected", props.params.corpusId, props.view.state],
    queryFn: async () => (await call(listRejectedLinesOperation, { params: props.params })).lines,
    enabled: open,
  });
  const download = (rows: RejectedLineView[]) => {
    const csv = ["line,code,excerpt", ...rows.map((row) => `${row.line},${row.code},${quoted(row.excerpt)}`)].join(
      "\n",
    );
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv], { type: "text/csv" }));
    link.download = "rejected-lines.csv";
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <Card
      title={t("rejectedTitle", { count: props.view.rejected })}
      actions={
        <>
          <Button size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? t("hideLines") : t("showLines")}
          </Button>
          {lines.data ? (
            <Button size="small" onClick={() => download(lines.data)}>
              CSV
            </Button>
          ) : null}
        </>
      }
    >
      <ul className="flex flex-wrap gap-x-6 gap-y-1">
        {rejectCodes.map((code) => {
          const count = props.view.rejectedByCode[code];
          return count ? (
            <li key={code}>
              <span className="tabular font-semibold">{format.number(count)}</span> {t(`rejectCodes.${code}`)}
            </li>
          ) : null;
        })}
      </ul>
      <ProblemNotice error={lines.error} />
      {open && lines.data ? (
        <div className="mt-4">
          <Table
            caption={t("rejectedTitle", { count: props.view.rejected })}
            head={
              <>
                <HeadCell number>{t("lineNumber")}</HeadCell>
                <HeadCell>{t("reason")}</HeadCell>
                <HeadCell>{t("beginning")}</HeadCell>
              </>
            }
          >
            {lines.data.slice(0, 200).map((line) => (
              <tr key={line.line}>
                <Cell number>{format.number(line.line)}</Cell>
                <Cell>{t(`rejectCodes.${line.code}`)}</Cell>
                <Cell className="max-w-xl text-sm wrap-anywhere text-muted">{line.excerpt}</Cell>
              </tr>
            ))}
          </Table>
        </div>
      ) : null}
    </Card>
  );
}
