"use client";

import { useMutation } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { testBackendOperation } from "@/lib/compute/api";
import type { BackendTest } from "@/lib/compute/schema";
import { call } from "@/lib/platform/http/call";

/** Asks the backend who it is, and says what came back beside the button. */
export function TestBackend(props: { backendId: string; children: ReactNode }) {
  const t = useTranslations("runs.backends");
  const test = useMutation({
    mutationFn: () => call(testBackendOperation, { params: { backendId: props.backendId } }),
  });
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap gap-2">
        <Button size="small" busy={test.isPending} onClick={() => test.mutate()}>
          {test.isPending ? t("testing") : t("test")}
        </Button>
        {props.children}
      </div>
      <ProblemNotice error={test.error} />
      <div aria-live="polite">{test.data ? <Answer test={test.data} /> : null}</div>
    </div>
  );
}

function Answer({ test }: { test: BackendTest }) {
  const t = useTranslations("runs");
  const format = useFormatter();
  if (test.outcome === "ready") {
    const memory = format.number(test.memoryBytes / 1024 ** 3, { maximumFractionDigits: 0 });
    const { version, nodes, cpus, gpus } = test;
    return <p className="text-done">{t("backends.ready", { version: version ?? "–", nodes, cpus, gpus, memory })}</p>;
  }
  if (test.outcome === "backend_open") return <p className="text-danger">{t("backends.backend_open")}</p>;
  const waits = test.outcome === "backend_starting" || test.outcome === "backend_installing";
  return <p className={waits ? "text-muted" : "text-danger"}>{t(`waiting.${test.outcome}`)}</p>;
}
