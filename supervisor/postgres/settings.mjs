// @ts-check

/**
 * Settings given on the command line, so that they hold for old data folders too.
 * @param {{ port: number, lasting: boolean }} options lasting: false for test databases, which nobody needs after a crash
 */
export function postgresSettings({ port, lasting }) {
  /** @type {Record<string, string>} */
  const settings = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    max_connections: "80",
    // For a machine that also trains models: modest, and no helper processes for a single query.
    shared_buffers: "128MB",
    effective_cache_size: "512MB",
    work_mem: "8MB",
    maintenance_work_mem: "64MB",
    max_parallel_workers_per_gather: "0",
    max_parallel_maintenance_workers: "0",
    jit: "off",
    max_wal_size: "512MB",
    // Whole pages in the log of changes: to compress them took a third of PostgreSQL's time of a large import.
    wal_compression: "off",
    timezone: "UTC",
    log_timezone: "UTC",
    lc_messages: "C",
    log_line_prefix: "%m [%p] ",
    log_min_duration_statement: "2s",
  };
  if (!lasting)
    Object.assign(settings, { fsync: "off", synchronous_commit: "off", full_page_writes: "off", autovacuum: "off" });
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
