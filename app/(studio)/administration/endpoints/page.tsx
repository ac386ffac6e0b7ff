import { getTranslations } from "next-intl/server";
import { requireAdministrator } from "@/app/_server/actor";
import { Endpoints } from "@/components/labelling/endpoints";
import { PageHeader } from "@/components/ui/surface";
import { listEndpoints } from "@/lib/labelling/endpoints";

export default async function EndpointsPage() {
  await requireAdministrator();
  const [endpoints, t] = await Promise.all([listEndpoints(), getTranslations("labelling")]);
  return (
    <>
      <PageHeader title={t("endpoints")} description={t("endpointsDescription")} />
      <Endpoints initial={endpoints} />
    </>
  );
}
