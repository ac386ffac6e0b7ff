"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useId } from "react";
import { Select } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { changeRunOperation } from "@/lib/compute/api";
import { type RunPriorityName, type RunView, runPriorities } from "@/lib/compute/schema";
import { call } from "@/lib/platform/http/call";

/** While a run waits for its turn, its place in the queue can be changed. */
export function mayMove(run: RunView): boolean {
  return !run.cancelRequested && (run.queue !== null || (run.state === "queued" && run.attempts.length === 0));
}

export function RunPriority({ studyId, run }: { studyId: string; run: RunView }) {
  const t = useTranslations("runs");
  const id = useId();
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: (priority: RunPriorityName) =>
      call(changeRunOperation, { params: { studyId, runId: run.id }, body: { priority } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["run", run.id] }),
  });
  return (
    <>
      <div className="flex items-center gap-2" title={t("priorityHint")}>
        <label htmlFor={id} className="text-sm text-muted">
          {t("priority")}
        </label>
        <Select
          id={id}
          className="w-auto"
          value={change.isPending ? change.variables : run.priority}
          disabled={change.isPending}
          onChange={(event) => {
            const priority = runPriorities.find((each) => each === event.target.value);
            if (priority) change.mutate(priority);
          }}
        >
          {runPriorities.map((priority) => (
            <option key={priority} value={priority}>
              {t(`priorities.${priority}`)}
            </option>
          ))}
        </Select>
      </div>
      <ProblemNotice error={change.error} />
    </>
  );
}
