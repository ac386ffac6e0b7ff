// @ts-check
import { existsSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../paths.mjs";
import { prismaProcess } from "../prisma.mjs";
import { step } from "../session/terminal.mjs";
import { runToEnd } from "./run.mjs";
import { digestOf, readStamp, writeStamp } from "./stamp.mjs";

const CLIENT_FOLDER = "lib/platform/database/generated";
const STAMP = `${CLIENT_FOLDER}/.studio-generated`;

/**
 * Generates Prisma's client when the schema is another than at the last time.
 * @param {import("../session/session.mjs").Session} session
 */
export async function ensurePrismaClient(session) {
  const wanted = digestOf(["prisma/schema", "prisma.config.ts", "package-lock.json"]);
  if (readStamp(STAMP) === wanted && existsSync(join(repositoryRoot, CLIENT_FOLDER))) return;
  await step("Generating the database client", async () => {
    const { command, args, environment } = prismaProcess(["generate"]);
    await runToEnd(session, "prisma", command, args, {
      environment,
      complaint: "The database client could not be generated.",
    });
    writeStamp(STAMP, wanted);
  });
}
