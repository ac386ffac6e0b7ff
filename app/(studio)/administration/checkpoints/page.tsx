import { getTranslations } from "next-intl/server";
import { requireAdministrator } from "@/app/_server/actor";
import { BaseCheckpoints } from "@/components/models/base-checkpoints";
import { PageHeader } from "@/components/ui/surface";
import { listBaseCheckpoints } from "@/lib/models/checkpoints";

export default async function BaseCheckpointsPage() {
  await requireAdministrator();
  const [checkpoints, t] = await Promise.all([listBaseCheckpoints(), getTranslations("checkpoints")]);
  return (
    <>
      <PageHeader title={t("baseCheckpoints")} description={t("baseCheckpointsDescription")} />
      <BaseCheckpoints initial={checkpoints} />
    </>
  );
}
