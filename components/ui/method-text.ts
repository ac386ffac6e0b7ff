import { useTranslations } from "next-intl";

/**
 * How lib/stats computed a figure, in the person's language. Its methods are phrases joined by commas; each phrase is a
 * key of messages/LOCALE/methods.json, its letters and digits joined by `_`. An unknown phrase stays as it is.
 */
export function useMethodText(): (method: string) => string {
  const t = useTranslations("methods");
  return (method) =>
    method
      .split(", ")
      .map((phrase) => {
        const key = methodKey(phrase) as Parameters<typeof t>[0];
        return t.has(key) ? t(key) : phrase;
      })
      .join(", ");
}

export function methodKey(phrase: string): string {
  return phrase
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_|_$/g, "");
}
