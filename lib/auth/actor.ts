import type { Locale } from "@/lib/platform/database/generated/enums";

/** Who acts: a signed-in person, in the browser or through an API token. */
export type Actor = {
  personId: string;
  name: string;
  email: string;
  administrator: boolean;
  locale: Locale;
  theme: "system" | "light" | "dark";
  /** null: the browser's session; else the token, whose scopes narrow what its person may do */
  token: { id: string; scopes: string[] } | null;
};
