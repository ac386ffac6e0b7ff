"use client";

import { useFormatter, useTranslations } from "next-intl";
import { Detail } from "@/components/runs/run-now";
import { Notice } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { BackendCheckView, NodeFinding } from "@/lib/compute/schema";
import { useBytes, useTime } from "./sentences";

/** What the newest look at a backend found, and for each thing that is missing what to do. */
export function BackendCheck(props: { check: BackendCheckView | null; store: string }) {
  const t = useTranslations("runs.backends");
  const time = useTime();
  const { check } = props;
  if (!check) return <p className="text-muted">{t("untested")}</p>;
  return (
    <div className="flex flex-col gap-3">
      <div aria-live="polite">
        {check.outcome === null ? <Progressing check={check} /> : <Outcome check={check} store={props.store} />}
      </div>
      {check.nodes.length > 0 ? <Nodes check={check} /> : null}
      {check.unprobedNodes > 0 ? (
        <p className="text-sm text-muted">{t("unprobed", { count: check.unprobedNodes })}</p>
      ) : null}
      <p className="text-sm wrap-anywhere text-muted">
        {[
          check.finishedAt ? t("checkedAt", { time: time(check.finishedAt) }) : null,
          check.version ? t("ray", { version: check.version }) : null,
          t("studioRunner", { release: check.release }),
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
    </div>
  );
}

function Progressing({ check }: { check: BackendCheckView }) {
  const t = useTranslations("runs");
  const done = check.nodes.filter(({ outcome }) => outcome !== null).length;
  if (check.waitingCode) return <p className="text-muted">{t(`waiting.${check.waitingCode}`)}</p>;
  if (check.nodes.length === 0) return <p className="text-muted">{t("backends.connecting")}</p>;
  return <p className="text-muted">{t("backends.probing", { done, total: check.nodes.length })}</p>;
}

function Outcome({ check, store }: { check: BackendCheckView; store: string }) {
  const t = useTranslations("runs.backends");
  const sentence = useSentence(check, store);
  if (check.outcome === "ready")
    return <p className="text-done">{t("outcomes.ready", { nodes: check.nodes.length })}</p>;
  const missing = [...new Set(check.nodes.map(({ outcome }) => outcome))].filter((code) => code && code !== "ready");
  if (missing.length === 0) return <Notice tone="danger">{sentence(check.outcome ?? "", null)}</Notice>;
  const faulty = check.nodes.filter(({ outcome }) => outcome !== "ready");
  return (
    <Notice tone="danger" title={t("missing")}>
      <ul className="flex flex-col gap-2">
        {faulty.map((node) => (
          <li key={node.name}>
            <p>
              <strong>{node.name}</strong>: {sentence(node.outcome ?? "", node.release)}
            </p>
            <Detail text={node.detail} label={t("said")} />
          </li>
        ))}
      </ul>
    </Notice>
  );
}

/** What to do about a finding; runs that wait for the same show a sentence for those who can't mend it. */
function useSentence(check: BackendCheckView, store: string): (code: string, there: string | null) => string {
  const t = useTranslations("runs.backends.outcomes");
  return (code, there) => {
    const values = {
      version: check.version ?? "?",
      nodes: check.nodes.length,
      here: check.release,
      there: there ?? "none",
      store,
    };
    // What to do about a bucket is another thing than about a folder.
    const inBucket = `exchange_${code}`;
    if (store.startsWith("s3://") && t.has(inBucket as never)) return t(inBucket as never, values as never);
    return t.has(code as never) ? t(code as never, values as never) : t("probe_failed");
  };
}

function Nodes({ check }: { check: BackendCheckView }) {
  const t = useTranslations("runs.backends");
  const format = useFormatter();
  const bytes = useBytes();
  return (
    <Table
      caption={t("nodes")}
      head={
        <>
          <HeadCell>{t("node")}</HeadCell>
          <HeadCell number>{t("processors")}</HeadCell>
          <HeadCell number>{t("memory")}</HeadCell>
          <HeadCell>{t("gpus")}</HeadCell>
          <HeadCell>{t("runner")}</HeadCell>
          <HeadCell number>{t("storeFree")}</HeadCell>
          <HeadCell>{t("finding")}</HeadCell>
        </>
      }
    >
      {check.nodes.map((node) => (
        <tr key={node.name}>
          <Cell className="whitespace-nowrap">{node.name}</Cell>
          <Cell number>{format.number(node.cpus)}</Cell>
          <Cell number>{bytes(node.memoryBytes)}</Cell>
          <Cell>
            <Devices node={node} />
          </Cell>
          <Cell className="whitespace-nowrap">{node.release ?? "–"}</Cell>
          <Cell number>{node.storeFreeBytes === null ? "–" : bytes(node.storeFreeBytes)}</Cell>
          <Cell className="whitespace-nowrap">
            <Finding outcome={node.outcome} />
          </Cell>
        </tr>
      ))}
    </Table>
  );
}

function Finding({ outcome }: { outcome: NodeFinding["outcome"] }) {
  const t = useTranslations("runs.backends");
  if (outcome === null) return <span className="text-muted">{t("open")}</span>;
  if (outcome === "ready") return <span className="text-done">{t("fine")}</span>;
  return <span className="text-danger">{t(`short.${outcome}`)}</span>;
}

function Devices({ node }: { node: NodeFinding }) {
  const t = useTranslations("runs.backends");
  const bytes = useBytes();
  if (node.devices.length === 0) return <span className="text-muted">{t("noGpus")}</span>;
  const kinds = new Map<string, { name: string; memoryBytes: number | null; count: number }>();
  for (const { name, memoryBytes } of node.devices) {
    const key = `${name}\t${memoryBytes}`;
    kinds.set(key, { name, memoryBytes, count: (kinds.get(key)?.count ?? 0) + 1 });
  }
  return [...kinds.entries()].map(([key, { name, memoryBytes, count }]) => (
    <p key={key} className="whitespace-nowrap">
      {memoryBytes === null
        ? t("device", { count, name })
        : t("deviceMemory", { count, name, memory: bytes(memoryBytes) })}
    </p>
  ));
}
