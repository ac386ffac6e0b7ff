import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { z } from "zod";
import { orNotFound, requireStudyActor } from "@/app/_server/actor";
import { RunPage } from "@/components/runs/run-page";
import { readRun } from "@/lib/compute/read-run";
import { may } from "@/lib/studies/actor";

type Props = { params: Promise<{ studyId: string; runId: string }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("runs"))("title") };
}

export default async function OneRunPage({ params }: Props) {
  const { studyId, runId } = await params;
  const actor = await requireStudyActor(studyId, "runs.read");
  if (!z.uuid().safeParse(runId).success) notFound();
  const run = await orNotFound(readRun(actor, runId));
  return <RunPage studyId={studyId} initial={run} mayStart={may(actor, "runs.start")} />;
}
