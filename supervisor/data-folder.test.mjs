// @ts-check
import { readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { DataFolder } from "./data-folder.mjs";
import { temporaryFolder } from "./testing/temporary-folder.mjs";

test("secrets are made once, differ between folders, and only their owner may read them", () => {
  const path = temporaryFolder();
  const { secrets } = new DataFolder(path);
  expect(new DataFolder(path).secrets).toEqual(secrets);
  expect(new DataFolder(temporaryFolder()).secrets.encryptionKey).not.toBe(secrets.encryptionKey);
  expect(secrets.encryptionKey).toMatch(/^[0-9a-f]{64}$/);
  expect(statSync(join(path, "secrets.json")).mode & 0o777).toBe(0o600);
});

test("secrets of an older version are kept and completed", () => {
  const path = temporaryFolder();
  writeFileSync(join(path, "secrets.json"), JSON.stringify({ sessionSecret: "kept", other: "kept too" }));
  const folder = new DataFolder(path);
  expect(folder.secrets.sessionSecret).toBe("kept");
  expect(folder.read("secrets.json")).toMatchObject({ other: "kept too", rayToken: expect.any(String) });
});

test("a damaged file is named in a sentence", () => {
  const path = temporaryFolder();
  writeFileSync(join(path, "secrets.json"), '{"half');
  expect(() => new DataFolder(path)).toThrow(/secrets\.json is damaged\. Restore it/);
});

test("secrets that are there and cannot be read are not made anew: what is encrypted with them would be lost", () => {
  const path = temporaryFolder();
  const file = join(path, "secrets.json");
  for (const target of ["not-mounted/secrets.json", "secrets.json"]) {
    symlinkSync(target, file);
    expect(() => new DataFolder(path)).toThrow(/secrets\.json is there and cannot be read/);
    expect(readlinkSync(file)).toBe(target);
    rmSync(file);
  }
});

test("a folder that cannot be made is a sentence", () => {
  const path = temporaryFolder();
  writeFileSync(join(path, "file"), "");
  expect(() => new DataFolder(join(path, "file", "below"))).toThrow(/file.*is not a folder/);
});

test("a port is remembered, and chosen anew when another program has taken it", async () => {
  const folder = new DataFolder(temporaryFolder());
  const port = await folder.rememberedPort("postgres");
  expect(await folder.rememberedPort("postgres")).toBe(port);
  const other = createServer();
  onTestFinished(() => void other.close());
  await new Promise((resolve) => other.listen(port, "127.0.0.1", () => resolve(undefined)));
  expect(await folder.rememberedPort("postgres")).not.toBe(port);
});
