// A small static server on the loopback: the built dist/ plus a few pages of
// the tests, all under a strict content security policy.

import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize, resolve } from 'node:path'

// No 'unsafe-inline', no 'unsafe-eval'. blob: is what buffer URLs are.
const policy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'"
].join('; ')

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml'
}

export interface Server {
  /** `http://127.0.0.1:<port>` */
  origin: string
  port: number
  /** Adds a page or a script under `/t/`. */
  add(path: string, text: string): void
  close(): Promise<void>
}

export function dist(): string {
  const folder = process.env.MINIPOLY_DIST
  if (!folder) throw new Error('MINIPOLY_DIST is not set: go run ./cmd/build test sets it, or set it to dist/')
  return resolve(folder)
}

/** A page with the given scripts, each as attributes of a script tag. */
export function html(...scripts: Array<Record<string, string>>): string {
  const escape = (text: string): string => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;')
  const tags = scripts.map((attributes) => {
    const list = Object.entries(attributes).map(([name, value]) => ` ${name}="${escape(value)}"`)
    return `<script${list.join('')}></script>`
  })
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head><meta charset="utf-8"><title>test</title><link rel="icon" href="data:,"></head>',
    '<body>',
    ...tags,
    '</body>',
    '</html>'
  ].join('\n')
}

/** The text of a script that runs the function. It may use nothing from outside. */
export function script(body: () => unknown): string {
  return `(${body.toString()})()`
}

export async function serve(): Promise<Server> {
  const root = dist()
  const added = new Map<string, string>()
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const path = decodeURIComponent(pathname === '/' ? '/index.html' : pathname)
    const head = (type: string): Record<string, string> => ({
      'content-type': type,
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store'
    })
    let body: string | Buffer | undefined = added.get(path)
    if (body === undefined) {
      const file = join(root, normalize(path))
      try {
        body = await readFile(file)
      } catch {
        response.writeHead(404, head('text/plain; charset=utf-8'))
        response.end(`no ${path}`)
        return
      }
    }
    response.writeHead(200, head(types[extname(path)] ?? 'application/octet-stream'))
    response.end(body)
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)))
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  // One page for all tests of the modules: it has loaded the package.
  added.set('/t/module.html', html({ type: 'module', src: '/t/module.js' }))
  added.set(
    '/t/module.js',
    "import * as lib from '/minipoly.mjs'\nwindow.harness = { lib, minis: {}, warnings: [], seen: {} }\n"
  )
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    add(path, text) {
      added.set(path, text)
    },
    close: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => {
          done()
        })
      })
  }
}
