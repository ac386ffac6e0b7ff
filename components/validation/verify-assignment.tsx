"use client";

import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { download } from "@/components/charts/export-chart";
import { Button } from "@/components/ui/button";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Notice } from "@/components/ui/surface";
import { call } from "@/lib/platform/http/call";
import { readAssignmentOperation } from "@/lib/validation/api";

/** The hash that was published when the round opened; once it is closed anyone can check it, here or by themselves. */
export function VerifyAssignment(props: {
  studyId: string;
  roundId: string;
  hash: string;
  salt: string | null;
  seed: number | null;
}) {
  const t = useTranslations("validation.round");
  const check = useMutation({
    mutationFn: () => call(readAssignmentOperation, { params: { studyId: props.studyId, roundId: props.roundId } }),
  });
  const downloadAssignment = () => {
    if (!check.data) return;
    download("assignment.txt", new Blob([check.data.salt + check.data.assignment], { type: "text/plain" }));
  };
  return (
    <div className="mt-4 flex flex-col gap-2 border-t border-line pt-4">
      <h3 className="font-semibold">{t("assignment")}</h3>
      <p className="text-sm text-muted">{t(props.salt ? "assignmentClosed" : "assignmentOpen")}</p>
      <p className="text-sm break-all">
        SHA-256 <code>{props.hash}</code>
      </p>
      {props.salt ? (
        <>
          <p className="text-sm break-all">
            {t("salt")} <code>{props.salt}</code>
          </p>
          <p className="text-sm">
            {t("seed")} <code>{props.seed}</code>
          </p>
          <div className="flex flex-wrap gap-2">
            <Button size="small" busy={check.isPending} onClick={() => check.mutate()}>
              {t("verify")}
            </Button>
            {check.data ? (
              <Button size="small" onClick={downloadAssignment}>
                {t("downloadAssignment")}
              </Button>
            ) : null}
          </div>
        </>
      ) : null}
      <ProblemNotice error={check.error} />
      {check.data ? (
        <div aria-live="polite">
          <Notice tone={check.data.matches ? "done" : "danger"}>
            {t(check.data.matches ? "verified" : "notVerified")}
          </Notice>
        </div>
      ) : null}
    </div>
  );
}
