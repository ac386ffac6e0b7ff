"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Badge, Card, EmptyState } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { archiveBackendOperation, listBackendsOperation } from "@/lib/compute/api";
import type { BackendView } from "@/lib/compute/schema";
import { call } from "@/lib/platform/http/call";
import { AddBackend } from "./add-backend";
import { TestBackend } from "./test-backend";

/** The administrators' list of places that carry out runs. */
export function Backends(props: { initial: BackendView[] }) {
  const t = useTranslations("runs.backends");
  const queries = useQueryClient();
  const [retiring, setRetiring] = useState<BackendView | null>(null);
  const backends = useQuery({
    queryKey: ["backends"],
    queryFn: async () => (await call(listBackendsOperation)).backends,
    initialData: props.initial,
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
        <Card title={t("title")}>
          <Table
            caption={t("title")}
            head={
              <>
                <HeadCell>{t("name")}</HeadCell>
                <HeadCell>{t("address")}</HeadCell>
                <HeadCell>{t("token")}</HeadCell>
                <HeadCell number>{t("liveRuns")}</HeadCell>
                <HeadCell>{t("actions")}</HeadCell>
              </>
            }
          >
            {backends.data.map((backend) => (
              <tr key={backend.id}>
                <Cell>
                  {backend.name} {backend.local ? <Badge>{t("local")}</Badge> : null}
                </Cell>
                <Cell className="min-w-56 wrap-anywhere">{backend.address ?? t("localAddress")}</Cell>
                <Cell>{backend.hasToken ? t("tokenStored") : "–"}</Cell>
                <Cell number>{backend.liveRuns}</Cell>
                <Cell className="min-w-72">
                  <TestBackend backendId={backend.id}>
                    {backend.local ? null : (
                      <Button size="small" variant="danger" onClick={() => setRetiring(backend)}>
                        {t("archive")}
                      </Button>
                    )}
                  </TestBackend>
                </Cell>
              </tr>
            ))}
          </Table>
        </Card>
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
