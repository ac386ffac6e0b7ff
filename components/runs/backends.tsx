"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { EmptyState } from "@/components/ui/surface";
import { archiveBackendOperation, listBackendsOperation } from "@/lib/compute/api";
import type { BackendView } from "@/lib/compute/schema";
import { call } from "@/lib/platform/http/call";
import { AddBackend } from "./add-backend";
import { BackendCard, isBeingChecked } from "./backend-card";

/** The administrators' list of places that carry out runs. */
export function Backends(props: { initial: BackendView[]; store: string }) {
  const t = useTranslations("runs.backends");
  const queries = useQueryClient();
  const [retiring, setRetiring] = useState<BackendView | null>(null);
  const backends = useQuery({
    queryKey: ["backends"],
    queryFn: async () => (await call(listBackendsOperation)).backends,
    initialData: props.initial,
    refetchInterval: (query) => (query.state.data?.some(isBeingChecked) ? 1000 : 15_000),
  });
  const refresh = () => queries.invalidateQueries({ queryKey: ["backends"] });
  const archive = useMutation({
    mutationFn: (backendId: string) => call(archiveBackendOperation, { params: { backendId } }),
    onSuccess: () => setRetiring(null),
    onSettled: refresh,
  });
  return (
    <div className="flex flex-col gap-6">
      {backends.data.length === 0 ? (
        <EmptyState title={t("none")}>{t("noneHint")}</EmptyState>
      ) : (
        backends.data.map((backend) => (
          <BackendCard key={backend.id} backend={backend} store={props.store} onRetire={() => setRetiring(backend)} />
        ))
      )}
      <AddBackend onAdded={refresh} />
      <Dialog
        open={retiring !== null}
        onOpenChange={(open) => (open ? null : setRetiring(null))}
        title={t("archiveTitle")}
        description={t("archiveText", { name: retiring?.name ?? "" })}
      >
        <div className="flex flex-col gap-4">
          <ProblemNotice error={archive.error} />
          <Button
            variant="danger"
            className="self-end"
            busy={archive.isPending}
            onClick={() => (retiring ? archive.mutate(retiring.id) : null)}
          >
            {t("archive")}
          </Button>
        </div>
      </Dialog>
    </div>
  );
}
