"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Badge, Card } from "@/components/ui/surface";
import { testBackendOperation } from "@/lib/compute/api";
import type { BackendView } from "@/lib/compute/schema";
import { call } from "@/lib/platform/http/call";
import { BackendCheck } from "./backend-check";
import { BackendSettings } from "./backend-settings";

export function isBeingChecked(backend: BackendView): boolean {
  return backend.check !== null && backend.check.outcome === null;
}

/** One place that carries out runs: where it is, what was found there last, and what can be done with it. */
export function BackendCard(props: { backend: BackendView; store: string; onRetire: () => void }) {
  const t = useTranslations("runs.backends");
  const format = useFormatter();
  const queries = useQueryClient();
  const { backend } = props;
  const test = useMutation({
    mutationFn: () => call(testBackendOperation, { params: { backendId: backend.id } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["backends"] }),
  });
  const busy = test.isPending || isBeingChecked(backend);
  return (
    <Card
      title={
        <span className="flex flex-wrap items-center gap-2">
          {backend.name} {backend.local ? <Badge>{t("local")}</Badge> : null}
        </span>
      }
      actions={
        <div className="flex flex-wrap gap-2">
          <Button size="small" busy={busy} onClick={() => test.mutate()}>
            {busy ? t("testing") : t("test")}
          </Button>
          <BackendSettings backend={backend} />
          {backend.local ? null : (
            <Button size="small" variant="danger" onClick={props.onRetire}>
              {t("archive")}
            </Button>
          )}
        </div>
      }
    >
      <div className="flex flex-col gap-4">
        <dl className="flex flex-wrap gap-x-8 gap-y-2">
          <Fact name={t("address")} value={backend.address ?? t("localAddress")} />
          {backend.exchangeAddress === null ? null : <Fact name={t("exchange")} value={backend.exchangeAddress} />}
          <Fact name={t("token")} value={backend.hasToken ? t("tokenStored") : "–"} />
          <Fact name={t("liveRuns")} value={String(backend.liveRuns)} />
          <Fact name={t("limit")} value={backend.maxLiveRuns === null ? t("noLimit") : String(backend.maxLiveRuns)} />
          <Fact
            name={t("price")}
            value={
              backend.gpuHourPrice === null
                ? t("noPrice")
                : format.number(backend.gpuHourPrice, { style: "currency", currency: backend.currency })
            }
          />
        </dl>
        <ProblemNotice error={test.error} />
        <BackendCheck check={backend.check} store={backend.exchangeAddress ?? props.store} />
      </div>
    </Card>
  );
}

function Fact(props: { name: string; value: string }) {
  return (
    <div>
      <dt className="text-sm text-muted">{props.name}</dt>
      <dd className="wrap-anywhere">{props.value}</dd>
    </div>
  );
}
