import { describe, expect, it } from "vitest";
import { studyPages } from "./study-pages";

const addresses = (role: Parameters<typeof studyPages>[1]) => {
  const { home, road, study } = studyPages("s", role);
  return { home: home.href, road: road.length, study: study.map(({ href }) => href) };
};

describe("the pages of a study", () => {
  it("are those that the role may open", () => {
    expect(addresses("clinician")).toEqual({ home: "/studies/s", road: 0, study: [] });
    expect(addresses("adjudicator")).toEqual({ home: "/studies/s", road: 0, study: [] });
    expect(addresses("researcher")).toEqual({
      home: "/studies/s",
      road: 11,
      study: ["/studies/s/runs", "/studies/s/members"],
    });
    expect(addresses("owner").study).toEqual(["/studies/s/runs", "/studies/s/members", "/studies/s/audit"]);
  });
});
