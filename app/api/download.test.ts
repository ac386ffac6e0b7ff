import { NextRequest } from "next/server";
import { beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import { cookieOf, makeMember, makeStudy } from "@/lib/studies/testing/people";
import { makeRound } from "@/lib/validation/testing/make-round";
import { streamedFileResponse } from "./file-response";
import { GET as getExport } from "./v1/studies/[studyId]/rounds/[roundId]/export/route";

useTestDatabase();

describe("a download that is made while it is sent", () => {
  let taken: number;
  let ended: boolean;
  beforeEach(() => {
    taken = 0;
    ended = false;
  });
  async function* numbers(failAt = Number.POSITIVE_INFINITY) {
    try {
      for (let number = 1; number <= 1000; number++) {
        if (number === failAt) throw new Error("disk gone");
        taken = number;
        yield `${number}\n`;
      }
    } finally {
      ended = true;
    }
  }

  it("makes a piece when the browser takes one, and none after it has gone", async () => {
    const reader = (await streamedFileResponse("n.txt", "text/plain", numbers())).body?.getReader();
    for (let read = 0; read < 3; read++) await reader?.read();
    expect(taken).toBe(3);
    await reader?.cancel();
    expect({ taken, ended }).toEqual({ taken: 3, ended: true });
  });

  it("is refused when it fails at once, and breaks off when it fails later", async () => {
    await expect(streamedFileResponse("n.txt", "text/plain", numbers(1))).rejects.toThrow("disk gone");
    const response = await streamedFileResponse("n.txt", "text/plain", numbers(3));
    await expect(response.text()).rejects.toThrow("disk gone");
  });

  it("carries the round's name in every alphabet, and refuses formats that there are not", async () => {
    const owner = await makeMember(await makeStudy(), "owner");
    const { roundId } = await makeRound(owner, [owner]);
    await database().round.update({ where: { id: roundId }, data: { name: "Ärzte, 1. Runde", state: "closed" } });
    const headers = { cookie: await cookieOf(owner) };
    const address = `http://studio.test/api/v1/studies/${owner.studyId}/rounds/${roundId}/export?format=jsonl`;
    const params = Promise.resolve({ studyId: owner.studyId, roundId });
    const response = await getExport(new NextRequest(address, { headers }), { params });
    expect(response.headers.get("content-disposition")).toBe(
      `attachment; filename="_rzte-1-Runde.jsonl"; filename*=UTF-8''%C3%84rzte-1-Runde.jsonl`,
    );
    expect((await response.text()).trim().split("\n")).toHaveLength(12);
    const wrong = new NextRequest(address.replace("jsonl", "xlsx"), { headers });
    expect((await getExport(wrong, { params })).status).toBe(400);
  });
});
