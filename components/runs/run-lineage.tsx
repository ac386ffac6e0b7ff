"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { Badge, Card } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { LineageEdge, RunView } from "@/lib/compute/schema";
import { useBytes, useWord } from "./sentences";

/** What the run used and made, with a way there, and the files of its outputs. */
export function RunLineage({ studyId, run }: { studyId: string; run: RunView }) {
  const t = useTranslations("runs");
  const bytes = useBytes();
  const role = useWord("roles");
  const inputs = run.edges.filter(({ direction }) => direction === "input");
  const outputs = run.edges.filter(({ direction }) => direction === "output");
  if (inputs.length + outputs.length + run.artifacts.length === 0) return null;
  return (
    <Card title={t("lineage")}>
      <div className="grid gap-6 md:grid-cols-2">
        <Edges title={t("used")} studyId={studyId} edges={inputs} />
        <Edges title={t("made")} studyId={studyId} edges={outputs} />
      </div>
      {run.artifacts.length > 0 ? (
        <div className="mt-6">
          <Table
            caption={t("files")}
            head={
              <>
                <HeadCell>{t("files")}</HeadCell>
                <HeadCell number>{t("size")}</HeadCell>
                <HeadCell>{t("address")}</HeadCell>
                <HeadCell>{t("digest")}</HeadCell>
              </>
            }
          >
            {run.artifacts.map((artifact) => (
              <tr key={artifact.name}>
                <Cell className="whitespace-nowrap">{role(artifact.name)}</Cell>
                <Cell number>{bytes(artifact.bytes)}</Cell>
                <Cell className="min-w-56 wrap-anywhere">
                  <code className="text-sm">{artifact.address}</code>
                </Cell>
                <Cell>
                  <code className="text-sm" title={artifact.digest}>
                    {artifact.digest.slice(0, 19)}…
                  </code>
                </Cell>
              </tr>
            ))}
          </Table>
        </div>
      ) : null}
    </Card>
  );
}

function Edges(props: { title: string; studyId: string; edges: LineageEdge[] }) {
  const t = useTranslations("runs");
  const role = useWord("roles");
  const target = useWord("targets");
  if (props.edges.length === 0) return null;
  return (
    <div>
      <h3 className="mb-2 font-semibold">{props.title}</h3>
      <ul className="flex flex-col gap-2">
        {props.edges.map((edge) => {
          return (
            <li key={`${edge.kind}:${edge.targetId}:${edge.role}`} className="flex flex-wrap items-center gap-2">
              <Badge>{target(edge.kind)}</Badge>
              {edge.page ? (
                <Link
                  href={`/studies/${props.studyId}${edge.page}`}
                  className="font-semibold text-accent hover:underline"
                >
                  {edge.name}
                </Link>
              ) : (
                <span className={edge.name ? "font-semibold" : "text-muted"}>{edge.name ?? t("deleted")}</span>
              )}
              <span className="text-muted">{role(edge.role)}</span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
