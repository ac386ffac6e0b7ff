import Link from "next/link";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { z } from "zod";
import { orNotFound, requireStudyActor } from "@/app/_server/actor";
import { MergedTensors } from "@/components/models/merged-tensors";
import { PageHeader } from "@/components/ui/surface";
import { readCheckpoint } from "@/lib/models/checkpoints";
import { readMergeReport } from "@/lib/models/read-merge-report";

type Props = { params: Promise<{ studyId: string; checkpointId: string }> };

export default async function MergePage({ params }: Props) {
  const { studyId, checkpointId } = await params;
  const actor = await requireStudyActor(studyId, "checkpoints.read");
  if (!z.uuid().safeParse(checkpointId).success) notFound();
  const [checkpoint, tensors, t] = await orNotFound(
    Promise.all([readCheckpoint(actor, checkpointId), readMergeReport(actor, checkpointId), getTranslations("merge")]),
  );
  const parent = (role: string) => checkpoint.parents.find((each) => each.role === role)?.name ?? "–";
  return (
    <>
      <PageHeader
        title={checkpoint.name}
        description={
          <>
            {t("madeFrom", { first: parent("first"), second: parent("second") })}{" "}
            <Link className="text-accent underline" href={`/studies/${studyId}/runs/${checkpoint.madeByRunId}`}>
              {t("toRun")}
            </Link>
          </>
        }
      />
      <p className="mb-4 max-w-[80ch] text-muted">{t("explained")}</p>
      <MergedTensors tensors={tensors} />
    </>
  );
}
