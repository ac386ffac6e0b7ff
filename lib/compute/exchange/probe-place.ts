import { rm } from "node:fs/promises";
import path from "node:path";
import { pathOf } from "@/lib/platform/storage/addresses";
import { writeWhole } from "@/lib/platform/storage/files";
import { readText } from "../attempt-files";
import { openExchange } from "./open-exchange";

const largestAnswerBytes = 1000;

/** Where the studio and a backend's nodes try whether they meet: in the exchange, else in the artifact store. */
export function probePlace(checkId: string, exchangeAddress: string | null) {
  if (exchangeAddress === null) {
    const folder = pathOf(`store:probes/${checkId}`);
    return {
      write: (name: string, content: string) => writeWhole(path.join(folder, name), content),
      read: (name: string) => readText(path.join(folder, name), largestAnswerBytes).catch(() => null),
      clear: () => rm(folder, { recursive: true, force: true }),
    };
  }
  const key = (name: string) => `probes/${checkId}/${name}`;
  const open = () => openExchange(exchangeAddress);
  return {
    write: (name: string, content: string) => open().write(key(name), content),
    /** Throws StoreFault; null: nothing came. */
    read: async (name: string) => {
      const content = await open().read(key(name), largestAnswerBytes);
      return content === null || content === "too_large" ? null : Buffer.from(content).toString();
    },
    clear: async () => {
      const bucket = open();
      for (const name of (await bucket.names(key(""))).keys()) await bucket.remove(name);
    },
  };
}
