import pino, { type Logger } from "pino";
import { environment } from "./environment";

let cached: Logger | undefined;

export function log(): Logger {
  cached ??= pino({
    level: environment().logLevel,
    base: null,
    redact: ["*.password", "*.token", "*.key", "*.authorization", "headers.authorization", "headers.cookie"],
  });
  return cached;
}
