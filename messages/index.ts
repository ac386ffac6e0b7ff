import type { Locale } from "@/lib/platform/i18n/locale";
import de from "./de";
import en from "./en";

/** Same keys, any sentence: a key that is missing in one language fails the type check, and so the build. */
type Shape<T> = { [K in keyof T]: T[K] extends string ? string : Shape<T[K]> };

export type Messages = typeof de;

const catalogues = { de, en } satisfies { de: Shape<typeof en>; en: Shape<typeof de> };

export function messagesOf(locale: Locale): Messages {
  return catalogues[locale];
}
