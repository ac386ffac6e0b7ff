"use client";

import { useTranslations } from "next-intl";
import { Field, Input } from "@/components/ui/field";
import { mostNodes } from "@/lib/compute/specs";
import { useUsableBackends } from "./use-usable-backends";

/** How many processes compute together, each with a GPU where there are GPUs; for the body of the operation. */
export function ranksOfForm(form: FormData): { nodes: number; processes: number } {
  const nodes = Number(form.get("nodes") ?? 1);
  return { nodes, processes: nodes * Number(form.get("processes")) };
}

/** Nodes are asked for only where a backend has several. `shares`: what the processes have between them. */
export function RanksFields({ studyId, shares }: { studyId: string; shares: "model" | "documents" | "shards" }) {
  const t = useTranslations("runs.estimate");
  const most = Math.max(1, ...(useUsableBackends(studyId).data ?? []).map(({ nodes }) => nodes));
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      {most > 1 ? (
        <Field label={t("nodes")} hint={t("nodesHint")}>
          <Input name="nodes" type="number" min={1} max={mostNodes} defaultValue={1} required />
        </Field>
      ) : null}
      <Field label={most > 1 ? t("processesOfNode") : t("processes")} hint={t(`processesHints.${shares}`)}>
        <Input name="processes" type="number" min={1} max={4096} defaultValue={1} required />
      </Field>
    </div>
  );
}
