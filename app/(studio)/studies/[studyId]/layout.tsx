import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { requireStudyActor } from "@/app/_server/actor";
import { Rail } from "@/components/frame/rail";

export default async function StudyLayout(props: { params: Promise<{ studyId: string }>; children: ReactNode }) {
  const { studyId } = await props.params;
  const actor = await requireStudyActor(studyId, "study.read");
  const t = await getTranslations("common");
  return (
    <div className="flex flex-1 max-lg:flex-col">
      <Rail studyId={studyId} studyName={actor.studyName} role={actor.role} />
      <main id="content" className="min-w-0 flex-1 px-4 py-6 sm:px-8">
        <div className="mx-auto max-w-[1280px]">
          {actor.studyIsExample ? (
            <p className="mb-4 rounded-base border border-attention bg-attention-soft px-3 py-1 text-sm">
              {t("exampleNotice")}
            </p>
          ) : null}
          {props.children}
        </div>
      </main>
    </div>
  );
}
