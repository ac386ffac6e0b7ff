/** The process that carries out jobs: `tsx worker/main.ts`. SIGTERM and SIGINT let it finish the ticks at hand. */

import { walkExampleStudy } from "@/example/walk-example-study";
import { ensureLocalEndpoint } from "@/lib/labelling/endpoints";
import { closeDatabase } from "@/lib/platform/database/client";
import { environment } from "@/lib/platform/environment";
import { tasks } from "./jobs";
import "./run-outcomes";
import { taskOf } from "./task";
import { work } from "./worker";

/** A tick takes less; what hangs longer is taken up by the next worker. */
const longestEndMs = 12_000;

try {
  environment();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

const stopping = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    stopping.abort();
    setTimeout(() => process.exit(1), longestEndMs).unref();
  });
}

const all = environment().walkExample ? [...tasks, taskOf(walkExampleStudy)] : tasks;
await ensureLocalEndpoint();
await work(all, stopping.signal);
await closeDatabase();
process.exit(0);
