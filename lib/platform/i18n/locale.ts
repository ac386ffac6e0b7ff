export const locales = ["de", "en"] as const;
export type Locale = (typeof locales)[number];

/** The chosen language, else the browser's first that we speak, else German. */
export function negotiateLocale(cookie: string | undefined, acceptLanguage: string | null): Locale {
  const chosen = locales.find((locale) => locale === cookie);
  if (chosen) return chosen;
  const wanted = (acceptLanguage ?? "").split(",").map((part) => part.trim().slice(0, 2).toLowerCase());
  return locales.find((locale) => locale === wanted.find((tag) => tag === "de" || tag === "en")) ?? "de";
}
