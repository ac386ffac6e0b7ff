import { describe, expect, it } from "vitest";
import { safeNext } from "./safe-next";

describe("where signing in leads", () => {
  it.each(["/", "/studies/1/rounds/2/work", "/studies/1/runs?state=failed&search=a%20b#log"])("%j is kept", (next) =>
    expect(safeNext(next)).toBe(next),
  );

  it.each([
    ...[
      "https://evil.example/",
      "//evil.example",
      "/\\evil.example",
      "\\\\evil.example",
      "evil.example",
      "",
      undefined,
    ],
    ...["/\t/evil.example", "/\n/evil.example", "/\r\\evil.example", "\t//evil.example", "/.//evil.example"],
    ...["/..//evil.example", "javascript:alert(1)", ["/a"]],
  ])("%j leads home", (next) => expect(safeNext(next)).toBe("/"));

  it("is never read as another host, whatever stands between its slashes", () => {
    const between = ["\t", "\n", "\r", "\\", "/", ".", "%09", "%2f", "@", " ", "\u0000", "\u3002"];
    for (const one of between) {
      for (const two of between) {
        const leadsTo = new URL(safeNext(`/${one}${two}/evil.example`), "https://studio.example/sign-in");
        expect(leadsTo.host, JSON.stringify([one, two])).toBe("studio.example");
      }
    }
  });
});
