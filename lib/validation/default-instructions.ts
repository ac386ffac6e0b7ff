import { readFile } from "node:fs/promises";
import path from "node:path";
import { type Locale, locales } from "@/lib/platform/i18n/locale";

const folder = path.join(/* turbopackIgnore: true */ process.cwd(), "example", "round-instructions");

/** The instructions that the project ships, with which a new round starts. */
export async function readDefaultInstructions(): Promise<Record<Locale, string>> {
  const [de = "", en = ""] = await Promise.all(
    locales.map((locale) => readFile(path.join(/* turbopackIgnore: true */ folder, `${locale}.md`), "utf8")),
  );
  return { de: de.trim(), en: en.trim() };
}
