import { useTranslations } from "next-intl";
import { Notice } from "@/components/ui/surface";

/** What the small local model is good for, said wherever its labels are. */
export function LocalModelNotice() {
  const t = useTranslations("labelling");
  return (
    <Notice tone="attention" title={t("localTitle")}>
      <p>{t("localHint")}</p>
    </Notice>
  );
}
