import path from "node:path";
import { environment } from "../environment";

/** Absolute path of the artifact store's root folder. */
export function storeRoot(): string {
  return decodeURIComponent(new URL(environment().storeAddress).pathname);
}

/**
 * Absolute path of `store:a/b` or `file:///a/b`. Throws for other schemes and for a store address that leaves the
 * store (`..`), which only a tampered row could hold.
 */
export function pathOf(address: string): string {
  if (address.startsWith("file://")) return decodeURIComponent(new URL(address).pathname);
  if (!address.startsWith("store:")) throw new Error(`not an address of a file: ${address}`);
  const root = storeRoot();
  const resolved = path.resolve(/* turbopackIgnore: true */ root, address.slice("store:".length));
  if (resolved !== root && !resolved.startsWith(root + path.sep)) throw new Error(`leaves the store: ${address}`);
  return resolved;
}
