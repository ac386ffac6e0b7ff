import { defineConfig } from "prisma/config";
import { prismaEnvironment } from "./supervisor/prisma.mjs";

// `npx prisma …` finds our schema engine too, and makes no calls to the outside.
Object.assign(process.env, prismaEnvironment);

export default defineConfig({
  schema: "prisma/schema",
  migrations: { path: "prisma/migrations" },
  datasource: { url: process.env.DATABASE_URL ?? "" },
});
