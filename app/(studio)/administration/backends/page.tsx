import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireAdministrator } from "@/app/_server/actor";
import { Backends } from "@/components/runs/backends";
import { PageHeader } from "@/components/ui/surface";
import { listBackends } from "@/lib/compute/backends";
import { environment } from "@/lib/platform/environment";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("runs.backends"))("title") };
}

export default async function BackendsPage() {
  await requireAdministrator();
  const [backends, t] = await Promise.all([listBackends(), getTranslations("runs.backends")]);
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <Backends initial={backends} store={environment().storeAddress} />
    </>
  );
}
