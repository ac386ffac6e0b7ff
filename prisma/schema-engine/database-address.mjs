// @ts-check
// Prisma's database addresses carry `?schema=…`, which PostgreSQL's own drivers do not know.

/** @param {string} url */
export function driverUrl(url) {
  const address = new URL(url);
  address.searchParams.delete("schema");
  return address.toString();
}

/** @param {string} url */
export function schemaName(url) {
  return new URL(url).searchParams.get("schema") ?? undefined;
}

/** @param {string} url */
export function databaseName(url) {
  return decodeURIComponent(new URL(url).pathname.slice(1));
}

/**
 * The address of another database on the same server.
 * @param {string} url
 * @param {string} name
 */
export function withDatabase(url, name) {
  const address = new URL(driverUrl(url));
  address.pathname = `/${encodeURIComponent(name)}`;
  return address.toString();
}

/**
 * Host and port for messages: never the password.
 * @param {string} url
 */
export function serverName(url) {
  const address = new URL(url);
  return `${address.searchParams.get("host") ?? address.hostname}:${address.port || "5432"}`;
}
