"use client";

import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { call } from "@/lib/platform/http/call";
import { joinStudyOperation } from "@/lib/studies/api";

/** For whoever is signed in to the account that is invited. */
export function JoinStudy(props: { token: string }) {
  const t = useTranslations("people");
  const join = useMutation({
    mutationFn: () => call(joinStudyOperation, { body: { token: props.token } }),
    onSuccess: ({ studyId }) => window.location.assign(`/studies/${studyId}`),
  });
  return (
    <div className="flex flex-col gap-4">
      <ProblemNotice error={join.error} />
      <Button variant="primary" busy={join.isPending || join.isSuccess} onClick={() => join.mutate()}>
        {t("join")}
      </Button>
    </div>
  );
}
