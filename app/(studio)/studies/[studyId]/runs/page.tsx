import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireStudyActor } from "@/app/_server/actor";
import { RunsTable } from "@/components/runs/runs-table";
import { PageHeader } from "@/components/ui/surface";
import { listRuns } from "@/lib/compute/list-runs";
import { runQuerySchema } from "@/lib/compute/schema";

type Props = {
  params: Promise<{ studyId: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("runs"))("title") };
}

export default async function RunsPage({ params, searchParams }: Props) {
  const { studyId } = await params;
  const actor = await requireStudyActor(studyId, "runs.read");
  const given = await searchParams;
  const text = (name: string) => (typeof given[name] === "string" ? given[name] : "");
  const filters = { state: text("state"), kind: text("kind"), search: text("search") };
  // What an old or mistyped address asks for is left out, rather than refused.
  const query = runQuerySchema.safeParse(filters).data ?? runQuerySchema.parse({});
  const [page, t] = await Promise.all([
    listRuns(actor, { ...query, states: query.state, kinds: query.kind }),
    getTranslations("runs"),
  ]);
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <RunsTable studyId={studyId} initial={page} initialFilters={JSON.stringify(filters)} />
    </>
  );
}
