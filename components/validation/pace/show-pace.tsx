"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { Checkbox } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Card } from "@/components/ui/surface";
import { call } from "@/lib/platform/http/call";
import { changeShowPaceOperation } from "@/lib/validation/api";

/** Whether the study shows how long people take; off until an owner turns it on. */
export function ShowPace(props: { studyId: string; showPace: boolean }) {
  const t = useTranslations("validation.pace");
  const router = useRouter();
  const change = useMutation({
    mutationFn: (showPace: boolean) =>
      call(changeShowPaceOperation, { params: { studyId: props.studyId }, body: { showPace } }),
    onSuccess: () => router.refresh(),
  });
  const shown = change.isPending ? change.variables : (change.data?.showPace ?? props.showPace);
  return (
    <Card title={t("title")}>
      <div className="flex max-w-[72ch] flex-col gap-3">
        <p className="text-muted">{t("hint")}</p>
        <Checkbox
          label={t("show")}
          checked={shown}
          disabled={change.isPending}
          onChange={(event) => change.mutate(event.target.checked)}
        />
        <p role="status" className="text-sm text-muted">
          {change.isSuccess ? t(change.data.showPace ? "turnedOn" : "turnedOff") : null}
        </p>
        <ProblemNotice error={change.error} />
      </div>
    </Card>
  );
}
