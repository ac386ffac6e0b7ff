import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { messagesOf } from "@/messages";
import { negotiateLocale } from "./locale";

/** next-intl's entry for server components. Times are shown in the server's zone, which in a hospital is the users'. */
export default getRequestConfig(async () => {
  const locale = negotiateLocale((await cookies()).get("locale")?.value, (await headers()).get("accept-language"));
  return { locale, messages: messagesOf(locale), timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone };
});
