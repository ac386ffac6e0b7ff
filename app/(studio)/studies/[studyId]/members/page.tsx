import { getTranslations } from "next-intl/server";
import { requireStudyActor } from "@/app/_server/actor";
import { Members } from "@/components/people/members";
import { PageHeader } from "@/components/ui/surface";
import { may } from "@/lib/studies/actor";
import { listMembers } from "@/lib/studies/members";

export default async function MembersPage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params;
  const actor = await requireStudyActor(studyId, "members.read");
  const [initial, t] = await Promise.all([listMembers(actor), getTranslations("people")]);
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <Members studyId={studyId} ownId={actor.personId} mayChange={may(actor, "members.change")} initial={initial} />
    </>
  );
}
