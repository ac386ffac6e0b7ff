// @ts-check
/**
 * Prisma's command line with the project's own schema engine and without calls to the outside:
 * `node supervisor/prisma.mjs generate`, `… migrate dev --name add-runs`, `… migrate deploy`.
 */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repositoryRoot = dirname(dirname(fileURLToPath(import.meta.url)))

/** What Prisma needs in its environment. */
export const prismaEnvironment = {
  PRISMA_SCHEMA_ENGINE_BINARY: join(repositoryRoot, 'prisma', 'schema-engine', 'schema-engine.mjs'),
  // Neither telemetry nor a look for updates.
  CHECKPOINT_DISABLE: '1',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
}

export function prismaCommandPath() {
  return createRequire(join(repositoryRoot, 'package.json')).resolve('prisma/build/index.js')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const child = spawn(process.execPath, [prismaCommandPath(), ...process.argv.slice(2)], {
    cwd: repositoryRoot,
    stdio: 'inherit',
    env: { ...process.env, ...prismaEnvironment },
  })
  // The terminal sends Ctrl-C to both of us; we wait for Prisma's own end.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0)
  })
}
