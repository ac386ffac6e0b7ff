"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Button, buttonClass } from "@/components/ui/button";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Card } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { downloadRejectsOperation, listRejectsOperation } from "@/lib/corpus/api";
import { type ImportView, rejectCodes } from "@/lib/corpus/schema";
import { addressOf, call } from "@/lib/platform/http/call";

/** How many lines were refused and why; the first thousand by number, and as CSV. */
export function RejectedLines(props: { studyId: string; view: ImportView }) {
  const t = useTranslations("corpora");
  const c = useTranslations("common");
  const format = useFormatter();
  const [open, setOpen] = useState(false);
  const params = { studyId: props.studyId, importId: props.view.id };
  const lines = useInfiniteQuery({
    queryKey: ["rejected", props.view.id, props.view.state],
    queryFn: ({ pageParam }) => call(listRejectsOperation, { params, query: { after: pageParam } }),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next,
    enabled: open,
  });
  const shown = lines.data?.pages.flatMap((page) => page.lines);
  return (
    <Card
      title={t("rejectedTitle", { count: props.view.rejected })}
      actions={
        <>
          <Button size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? t("hideLines") : t("showLines")}
          </Button>
          <a className={buttonClass("secondary", "small")} href={addressOf(downloadRejectsOperation, params)} download>
            {c("downloadCsv")}
          </a>
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
      {open && shown ? (
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
            {shown.map((line) => (
              <tr key={line.line}>
                <Cell number>{format.number(line.line)}</Cell>
                <Cell>{t(`rejectCodes.${line.code}`)}</Cell>
                <Cell className="max-w-xl text-sm wrap-anywhere text-muted">{line.excerpt}</Cell>
              </tr>
            ))}
          </Table>
          {lines.hasNextPage ? (
            <Button className="mt-4" busy={lines.isFetchingNextPage} onClick={() => lines.fetchNextPage()}>
              {t("moreLines")}
            </Button>
          ) : null}
          {props.view.rejected > 1000 ? <p className="mt-4 text-sm text-muted">{t("firstThousand")}</p> : null}
        </div>
      ) : null}
    </Card>
  );
}
