"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { changeComparisonOperation } from "@/lib/judging/api";
import type { ComparisonSummary } from "@/lib/judging/schema";
import { call } from "@/lib/platform/http/call";

/** Opening and closing; neither can be taken back, so each asks. */
export function ComparisonActions(props: { studyId: string; comparison: ComparisonSummary }) {
  const t = useTranslations("judging");
  const router = useRouter();
  const [asking, setAsking] = useState(false);
  const { comparison } = props;
  const move = comparison.state === "draft" ? "open" : "close";
  const change = useMutation({
    mutationFn: () =>
      call(changeComparisonOperation, {
        params: { studyId: props.studyId, comparisonId: comparison.id },
        body: { move },
      }),
    onSuccess: () => {
      setAsking(false);
      router.refresh();
    },
  });
  if (comparison.state === "closed") return null;
  const missing = Math.max(0, comparison.wanted - comparison.votesCast);
  return (
    <>
      <Button variant={move === "open" ? "primary" : "secondary"} onClick={() => setAsking(true)}>
        {t(move)}
      </Button>
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title={t(`${move}Title`)}
        description={move === "open" ? t("openHint") : t("closeHint", { missing })}
      >
        <ProblemNotice error={change.error} />
        <div className="mt-2 flex justify-end gap-2">
          <Button onClick={() => setAsking(false)}>{t("cancel")}</Button>
          <Button
            variant={move === "open" ? "primary" : "danger"}
            busy={change.isPending}
            onClick={() => change.mutate()}
          >
            {t(move)}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
