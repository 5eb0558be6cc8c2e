// Owns serving the sandbox's page: one file, with a policy that lets in nothing but itself.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'

export function addPage(app: FastifyInstance): void {
  const html = readFileSync(new URL('./page.html', import.meta.url), 'utf8')
  const policy = [
    "default-src 'none'",
    "connect-src 'self'",
    `script-src ${hashOf(html, 'script')}`,
    `style-src ${hashOf(html, 'style')}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
  app.get('/', (_request, reply) =>
    reply
      .header('content-security-policy', policy)
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(html),
  )
}

/** The one inline script or style, as a Content-Security-Policy names it. */
function hashOf(html: string, tag: 'script' | 'style'): string {
  const content = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(html)?.[1] ?? ''
  return `'sha256-${createHash('sha256').update(content).digest('base64')}'`
}
