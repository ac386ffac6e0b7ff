"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useRef } from "react";
import { Button } from "@/components/ui/button";
import { Field, Input, Select } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Card, EmptyState } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import {
  archiveBaseCheckpointOperation,
  createBaseCheckpointOperation,
  listBaseCheckpointsOperation,
} from "@/lib/models/api";
import type { CheckpointSummary } from "@/lib/models/schema";
import { call } from "@/lib/platform/http/call";

export function BaseCheckpoints(props: { initial: CheckpointSummary[] }) {
  const t = useTranslations("checkpoints");
  const queries = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const checkpoints = useQuery({
    queryKey: ["base-checkpoints"],
    queryFn: async () => (await call(listBaseCheckpointsOperation)).checkpoints,
    initialData: props.initial,
  });
  const refresh = () => queries.invalidateQueries({ queryKey: ["base-checkpoints"] });
  const create = useMutation({
    mutationFn: (body: { name: string; kind: "base" | "encoder"; address: string; description: string }) =>
      call(createBaseCheckpointOperation, { body }),
    onSuccess: () => {
      form.current?.reset();
      return refresh();
    },
  });
  const archive = useMutation({
    mutationFn: (checkpointId: string) => call(archiveBaseCheckpointOperation, { params: { checkpointId } }),
    onSettled: refresh,
  });
  return (
    <div className="flex flex-col gap-6">
      {checkpoints.data.length === 0 ? (
        <EmptyState title={t("noBase")}>{t("noBaseHint")}</EmptyState>
      ) : (
        <Card title={t("baseCheckpoints")}>
          <ProblemNotice error={archive.error} />
          <Table
            caption={t("baseCheckpoints")}
            head={
              <>
                <HeadCell>{t("name")}</HeadCell>
                <HeadCell>{t("kind")}</HeadCell>
                <HeadCell>{t("address")}</HeadCell>
                <HeadCell>{t("digest")}</HeadCell>
                <HeadCell aria-label={t("archive")} />
              </>
            }
          >
            {checkpoints.data.map((checkpoint) => (
              <tr key={checkpoint.id}>
                <Cell>
                  {checkpoint.name}
                  {checkpoint.description ? (
                    <span className="block text-sm text-muted">{checkpoint.description}</span>
                  ) : null}
                </Cell>
                <Cell>{checkpoint.kind === "encoder" ? t("kinds.encoder") : t("kinds.base")}</Cell>
                <Cell className="min-w-56 wrap-anywhere">
                  <code className="text-sm">{checkpoint.address}</code>
                </Cell>
                <Cell>
                  <code className="text-sm" title={checkpoint.digest ?? undefined}>
                    {checkpoint.digest?.slice(7, 19) ?? "–"}
                  </code>
                </Cell>
                <Cell className="text-right">
                  <Button size="small" variant="danger" onClick={() => archive.mutate(checkpoint.id)}>
                    {t("archive")}
                  </Button>
                </Cell>
              </tr>
            ))}
          </Table>
        </Card>
      )}
      <Card title={t("addBase")}>
        <form
          ref={form}
          className="flex max-w-xl flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            const data = new FormData(event.currentTarget);
            const text = (name: string) => String(data.get(name) ?? "");
            const kind = data.get("kind") === "encoder" ? "encoder" : "base";
            create.mutate({ name: text("name"), kind, address: text("address"), description: text("description") });
          }}
        >
          <Field label={t("name")}>
            <Input name="name" required maxLength={120} placeholder="Qwen2.5-7B-Instruct" />
          </Field>
          <Field label={t("kind")}>
            <Select name="kind">
              <option value="base">{t("kinds.base")}</option>
              <option value="encoder">{t("kinds.encoder")}</option>
            </Select>
          </Field>
          <Field label={t("address")} hint={t("addressHint")}>
            <Input name="address" required placeholder="hf:Qwen/Qwen2.5-7B-Instruct@main" />
          </Field>
          <Field label={t("description")}>
            <Input name="description" maxLength={500} />
          </Field>
          <ProblemNotice error={create.error} />
          <Button type="submit" variant="primary" busy={create.isPending} className="self-start">
            {t("addBase")}
          </Button>
        </form>
      </Card>
    </div>
  );
}
