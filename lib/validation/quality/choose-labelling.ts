import { unprocessable } from "@/lib/platform/problem";
import type { LabellingChoice } from "./schema";

/** The labelling run that is asked for, else the newest that is counted. Throws 422 `labelling_not_of_round`. */
export function chooseLabelling(
  labellings: LabellingChoice[],
  wanted: string | undefined,
): LabellingChoice | undefined {
  if (!wanted) return labellings.find((labelling) => labelling.state === "counted") ?? labellings[0];
  const found = labellings.find((labelling) => labelling.id === wanted);
  if (!found) throw unprocessable("labelling_not_of_round");
  return found;
}
