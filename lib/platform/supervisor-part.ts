import { z } from "zod";
import { environment } from "./environment";

/** What the supervisor tells of a part that it installs or runs; docs/supervisor.md. */
const partSchema = z.object({
  name: z.string(),
  state: z.enum(["absent", "installing", "starting", "ready", "stopping", "failed"]),
  progress: z.number().nullable(),
  messageKey: z.string(),
  detail: z.string().nullable(),
  error: z.string().nullable(),
  address: z.string().nullable(),
  token: z.string().nullable(),
  result: z.record(z.string(), z.unknown()).nullable(),
  stopsAt: z.string().nullable(),
});

export type SupervisorPart = z.infer<typeof partSchema>;
export type PartName = "python" | "models" | "ray" | "endpoint";

/** The supervisor did not answer: it is being restarted, or is gone. */
export class SupervisorUnreachable extends Error {
  override name = "SupervisorUnreachable";
}

/**
 * Asks the supervisor of a part: `look` at it, `ensure` that it is being brought up, or say that it is in `use` (an unused
 * service stops after a while). null where no supervisor runs the studio. Throws SupervisorUnreachable.
 */
export async function askPart(name: PartName, wish: "look" | "ensure" | "use"): Promise<SupervisorPart | null> {
  const supervisor = environment().supervisor;
  if (!supervisor) return null;
  const response = await fetch(`${supervisor.url}/parts/${name}${wish === "use" ? "/use" : ""}`, {
    method: wish === "look" ? "GET" : "POST",
    headers: { authorization: `Bearer ${supervisor.token}` },
    signal: AbortSignal.timeout(5000),
  }).catch((error: unknown) => {
    throw new SupervisorUnreachable(error instanceof Error ? error.message : String(error));
  });
  if (!response.ok) throw new SupervisorUnreachable(`the supervisor answered ${response.status}`);
  return partSchema.parse(await response.json());
}
