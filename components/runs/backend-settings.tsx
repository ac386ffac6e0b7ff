"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field, Input } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { changeBackendOperation } from "@/lib/compute/api";
import type { BackendLimits, BackendView } from "@/lib/compute/schema";
import { call } from "@/lib/platform/http/call";

/** How many runs may be at work on a backend at once, and what a GPU hour costs there. */
export function BackendSettings({ backend }: { backend: BackendView }) {
  const t = useTranslations("runs.backends");
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const change = useMutation({
    mutationFn: (body: BackendLimits) => call(changeBackendOperation, { params: { backendId: backend.id }, body }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["backends"] });
      setOpen(false);
    },
  });
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {t("settings")}
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={t("settingsTitle", { name: backend.name })}>
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            const form = new FormData(event.currentTarget);
            const number = (name: string) => (String(form.get(name)).trim() === "" ? null : Number(form.get(name)));
            change.mutate({
              maxLiveRuns: number("maxLiveRuns"),
              gpuHourPrice: number("gpuHourPrice"),
              currency: String(form.get("currency")).trim().toUpperCase(),
            });
          }}
        >
          <Field label={t("maxLiveRuns")} hint={t("maxLiveRunsHint")}>
            <Input name="maxLiveRuns" type="number" min={1} max={10_000} defaultValue={backend.maxLiveRuns ?? ""} />
          </Field>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label={t("gpuHourPrice")} hint={t("gpuHourPriceHint")}>
              <Input
                name="gpuHourPrice"
                type="number"
                min={0}
                max={100_000}
                step="any"
                defaultValue={backend.gpuHourPrice ?? ""}
              />
            </Field>
            <Field label={t("currency")} hint={t("currencyHint")}>
              <Input name="currency" required pattern="[A-Za-z]{3}" maxLength={3} defaultValue={backend.currency} />
            </Field>
          </div>
          <ProblemNotice error={change.error} />
          <Button type="submit" variant="primary" className="self-start" busy={change.isPending}>
            {t("save")}
          </Button>
        </form>
      </Dialog>
    </>
  );
}
