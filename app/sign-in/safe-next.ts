/** Nobody's; an address that still leads there leads to the studio. */
const origin = "http://studio.invalid";

/**
 * Only ways within the studio; anything else leads home. Read as browsers read it: they leave out tabs and line ends, so
 * that "/", a tab and "/evil.example" lead to another host.
 */
export function safeNext(next: unknown): string {
  if (typeof next !== "string" || !next.startsWith("/") || !URL.canParse(next, origin)) return "/";
  const way = new URL(next, origin);
  const within = way.origin === origin && !way.pathname.startsWith("//");
  return within ? way.pathname + way.search + way.hash : "/";
}
