import { useFormatter, useTranslations } from "next-intl";

const traits = ["length", "source", "language", "score", "llm", "confidence"] as const;
const outcomes = ["medical", "non_medical", "unusable"] as const;

/** "length:0-999|llm:medical" in the person's language. Server and client. */
export function useStratumName(): (key: string) => string {
  const t = useTranslations("samples");
  const format = useFormatter();
  const numbers = (value: string) =>
    value.replace(/\d+(\.\d+)?/g, (number) => format.number(Number(number), { maximumFractionDigits: 6 }));
  return (key) => {
    if (key === "all") return t("wholeCorpus");
    const parts = key.split("|").map((part) => {
      const [kind = "", ...rest] = part.split(":");
      const value = rest.join(":");
      const trait = traits.find((one) => one === kind);
      if (!trait) return part;
      if (trait === "llm") {
        const outcome = outcomes.find((one) => one === value);
        return outcome ? t(`outcomes.${outcome}`) : t("outcomes.none");
      }
      const band = trait === "length" || trait === "score" || trait === "confidence";
      return [t(`by.${trait}`), band ? numbers(value.replace("-", "–")) : value].join(" ").trim();
    });
    return parts.join(" · ");
  };
}
