"use client";

import { type ComponentProps, useState } from "react";
import type { OwnTraining } from "@/lib/validation/training/schema";
import { TrainingScreen } from "./training/training-screen";
import { WorkScreen } from "./work-screen";

type Work = Omit<ComponentProps<typeof WorkScreen>, "instructionsRead">;

/** A person's work in a round: the training, where some of it is left, then the documents. */
export function RoundWork({ training, ...work }: Work & { training: OwnTraining | null }) {
  const [trained, setTrained] = useState(false);
  if (training && !trained) {
    const { address, name, instructions, highlightWords } = work;
    return (
      <TrainingScreen
        {...{ address, name, instructions, highlightWords }}
        start={training}
        onDone={() => setTrained(true)}
      />
    );
  }
  return <WorkScreen {...work} instructionsRead={trained} />;
}
