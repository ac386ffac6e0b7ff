"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { ButtonLink } from "@/components/ui/button";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Progress } from "@/components/ui/progress";
import { Notice } from "@/components/ui/surface";
import { call } from "@/lib/platform/http/call";
import type { AnnotationImportView } from "@/lib/validation/annotations/schema";
import { readAnnotationImportOperation } from "@/lib/validation/api";
import { LeftOut } from "./left-out";

/** What becomes of an import, and what it left out. */
export function ImportResult(props: { studyId: string; initial: AnnotationImportView }) {
  const t = useTranslations("annotations");
  const rounds = `/studies/${props.studyId}/rounds`;
  const params = { studyId: props.studyId, importId: props.initial.id };
  const { data: view, error } = useQuery({
    queryKey: ["annotation-import", props.initial.id],
    queryFn: () => call(readAnnotationImportOperation, { params }),
    initialData: props.initial,
    refetchInterval: ({ state }) => (state.data && ["queued", "running"].includes(state.data.state) ? 1000 : false),
  });
  const megabytes = (bytes: number) => Math.round(bytes / 1e5) / 10;
  const { documents, decisions, people } = view;
  return (
    <div className="flex flex-col gap-6">
      <ProblemNotice error={error} />
      {view.state === "queued" ? <Notice>{t("waiting")}</Notice> : null}
      {view.state === "running" ? (
        <div className="flex flex-col gap-2">
          <Progress
            label={t("importing", { file: view.fileName })}
            done={megabytes(view.bytesRead)}
            total={megabytes(view.bytesTotal)}
            unit="MB"
          />
          {view.documents > 0 && view.bytesRead >= view.bytesTotal ? <p>{t("writing")}</p> : null}
        </div>
      ) : null}
      {view.state === "succeeded" ? (
        <Notice
          tone="done"
          title={t("done")}
          action={
            view.roundId ? (
              <ButtonLink variant="primary" href={`${rounds}/${view.roundId}`}>
                {t("toRound")}
              </ButtonLink>
            ) : null
          }
        >
          <p>{t("doneText", { documents, decisions, people })}</p>
        </Notice>
      ) : null}
      {view.state === "failed" ? (
        <Notice
          tone="danger"
          title={t("failed")}
          action={<ButtonLink href={`${rounds}/import`}>{t("again")}</ButtonLink>}
        >
          <p>{t(`failures.${view.failureCode ?? "unexpected"}`)}</p>
        </Notice>
      ) : null}
      {view.state === "succeeded" ? (
        <LeftOut
          rejectedByCode={view.rejectedByCode}
          rejectedLines={view.rejectedLines}
          title={(count) => t("leftOutDone", { count })}
        />
      ) : null}
    </div>
  );
}
