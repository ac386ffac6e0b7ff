import { useTranslations } from "next-intl";

/** "length:0-999|source:forum" in the person's language. Server and client. */
export function useStratumName(): (key: string) => string {
  const t = useTranslations("samples");
  return (key) => {
    if (key === "all") return t("wholeCorpus");
    const parts = key.split("|").map((part) => {
      const [kind, ...value] = part.split(":");
      const name = kind === "length" ? t("by.length") : kind === "source" ? t("by.source") : kind;
      return [name, value.join(":")].join(" ").trim();
    });
    return parts.join(" · ");
  };
}
