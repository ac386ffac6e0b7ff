"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { cancelRunOperation, repeatRunOperation, resumeRunOperation } from "@/lib/compute/api";
import { isOver, resumableStep } from "@/lib/compute/rules";
import type { RunView } from "@/lib/compute/schema";
import { call } from "@/lib/platform/http/call";
import { mayMove, RunPriority } from "./run-priority";
import { useStartKey } from "./use-start-key";

export function RunActions({ studyId, run }: { studyId: string; run: RunView }) {
  const t = useTranslations("runs");
  const format = useFormatter();
  const router = useRouter();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const startKey = useStartKey();
  const params = { studyId, runId: run.id };
  const cancel = useMutation({
    mutationFn: () => call(cancelRunOperation, { params }),
    onSuccess: () => setAsking(false),
    onSettled: () => queries.invalidateQueries({ queryKey: ["run", run.id] }),
  });
  const resume = useMutation({
    mutationFn: () => call(resumeRunOperation, { params }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["run", run.id] }),
  });
  const repeat = useMutation({
    mutationFn: () => call(repeatRunOperation, { params, query: startKey.on({}) }),
    onSuccess: ({ id }) => {
      startKey.forget({});
      router.push(`/studies/${studyId}/runs/${id}`);
    },
  });
  const step = resumableStep(run);
  return (
    <>
      {step === null ? null : (
        <Button
          variant="primary"
          title={t("resumeHint", { step: format.number(step) })}
          busy={resume.isPending}
          onClick={() => resume.mutate()}
        >
          {t("resume")}
        </Button>
      )}
      {mayMove(run) ? <RunPriority studyId={studyId} run={run} /> : null}
      {isOver(run.state) ? (
        <Button title={t("repeatHint")} busy={repeat.isPending} onClick={() => repeat.mutate()}>
          {t("repeat")}
        </Button>
      ) : (
        <Button variant="danger" disabled={run.cancelRequested} onClick={() => setAsking(true)}>
          {t("cancel")}
        </Button>
      )}
      <ProblemNotice error={resume.error ?? repeat.error} />
      <Dialog open={asking} onOpenChange={setAsking} title={t("cancelTitle")} description={t("cancelText")}>
        <div className="flex flex-col gap-4">
          <ProblemNotice error={cancel.error} />
          <div className="flex flex-wrap justify-end gap-2">
            <Button onClick={() => setAsking(false)}>{t("keepRunning")}</Button>
            <Button variant="danger" busy={cancel.isPending} onClick={() => cancel.mutate()}>
              {t("cancel")}
            </Button>
          </div>
        </div>
      </Dialog>
    </>
  );
}
