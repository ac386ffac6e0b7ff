/** Characters that are looked at, from the middle of the text: web pages begin with menus and cookie notices. */
const window = 200;

/** Gives a text's language (ISO 639-1), or null where it shows none. Loaded on first use: the tables take 100 MB. */
export async function loadLanguageDetector(): Promise<(text: string) => string | null> {
  const { eld } = await import("eld/extrasmall");
  return (text) => {
    const start = Math.max(0, Math.floor((text.length - window) / 2));
    return eld.detect(text.slice(start, start + window)).language || null;
  };
}
