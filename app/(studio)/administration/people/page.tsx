import { getTranslations } from "next-intl/server";
import { requireAdministrator } from "@/app/_server/actor";
import { Accounts } from "@/components/people/accounts";
import { PageHeader } from "@/components/ui/surface";
import { listPeople } from "@/lib/auth/people";

export default async function PeoplePage() {
  const actor = await requireAdministrator();
  const [people, t] = await Promise.all([listPeople(), getTranslations("people")]);
  return (
    <>
      <PageHeader title={t("accounts")} description={t("accountsDescription")} />
      <Accounts initial={people} ownId={actor.personId} />
    </>
  );
}
