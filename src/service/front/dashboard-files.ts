// Owns the files of the dashboard: exactly those that lie in its folder can be asked for, by exactly their names. They
// hold no data, so they are open to everybody who can call; what the dashboard shows, it asks of the API.
import { createReadStream, existsSync, readdirSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { OPEN } from './access.ts'

const BUILT = fileURLToPath(new URL('../dashboard/', import.meta.url))

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

const NOT_BUILT = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>heysync</title>
<h1>heysync is running</h1>
<p>The dashboard was not built. <a href="/api/status">/api/status</a> tells how things stand, and
<a href="/api/openapi.json">/api/openapi.json</a> what else can be asked.</p></html>
`

export function addDashboard(app: FastifyInstance, folder = BUILT): void {
  const files = filesIn(folder)
  const index = files.get('index.html')
  app.get('/', { config: OPEN }, (_request, reply) =>
    index === undefined
      ? reply.header('content-type', TYPES['.html']).send(NOT_BUILT)
      : send(reply, index, 'no-cache'),
  )
  // A name with a hash in it never changes what it holds.
  for (const [name, path] of files)
    app.get(`/${name}`, { config: OPEN }, (_request, reply) =>
      send(
        reply,
        path,
        /[-.][\w-]{8,}\.\w+$/.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
      ),
    )
}

function send(reply: FastifyReply, path: string, cache: string): FastifyReply {
  return reply
    .header('content-type', TYPES[extname(path)] ?? 'application/octet-stream')
    .header('cache-control', cache)
    .send(createReadStream(path))
}

/** By name, of what a browser may need: neither source maps nor sources. */
function filesIn(folder: string): ReadonlyMap<string, string> {
  if (!existsSync(folder)) return new Map()
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && extname(entry.name) in TYPES)
    .map((entry) => join(entry.parentPath, entry.name))
  return new Map(paths.map((path) => [relative(folder, path).split(sep).join('/'), path]))
}
