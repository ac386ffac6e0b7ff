import { useRef } from "react";
import { newKey } from "@/components/work/new-key";

/**
 * A key for each start of a form, so that the same start sent twice (a double click, a lost answer tried again) is one
 * run. Other settings are another start; after success `forget` lets the same settings be started once more.
 */
export function useStartKey() {
  const keys = useRef(new Map<string, string>());
  return {
    on<Body extends object>(body: Body): Body & { startKey: string } {
      const settings = JSON.stringify(body);
      const startKey = keys.current.get(settings) ?? newKey();
      keys.current.set(settings, startKey);
      return { ...body, startKey };
    },
    forget(body: object): void {
      keys.current.delete(JSON.stringify(body));
    },
  };
}
