import { useTranslations } from "next-intl";
import type { StationOnRoad } from "@/app/(studio)/studies/[studyId]/stations";
import { LookAgain } from "@/components/ui/look-again";
import { Notice } from "@/components/ui/surface";

/** Says that the example study is still being made, until its last station has a result. */
export function Walking({ stations }: { stations: StationOnRoad[] }) {
  const t = useTranslations("home");
  if (stations.at(-1)?.figure || stations.some(({ place }) => place === "failed")) return null;
  const done = stations.filter(({ place }) => place === "done").length;
  return (
    <Notice tone="accent" title={t("walking")}>
      <p>{t("walkingHint", { done, total: stations.length })}</p>
      <LookAgain seconds={10} />
    </Notice>
  );
}
