// Runs the test binary and reports to the server.
let waiting = ''
let sending = Promise.resolve()

/** Sends what was printed, in order. */
function flush() {
  const text = waiting
  waiting = ''
  if (text !== '') sending = sending.then(() => fetch('/output', { method: 'POST', body: text }))
  return sending
}

async function end(code) {
  await flush()
  await fetch('/exit', { method: 'POST', body: JSON.stringify(code) })
}

globalThis.files.print = (text) => { waiting += text }
setInterval(flush, 200)

for (const name of ['error', 'warn', 'info', 'log']) {
  const original = console[name].bind(console)
  console[name] = (...args) => {
    original(...args)
    waiting += `console.${name}: ${args.map((arg) => (arg instanceof Error ? arg.stack : String(arg))).join(' ')}\n`
  }
}
addEventListener('error', (event) => { waiting += `uncaught: ${event.error?.stack ?? event.message}\n` })
addEventListener('unhandledrejection', (event) => { waiting += `unhandled rejection: ${event.reason?.stack ?? event.reason}\n` })

try {
  const config = await (await fetch('/config.json')).json()
  for (const [path, base64] of Object.entries(config.files)) {
    globalThis.files.add(path, Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)))
  }
  // js/src/testhost.ts may leave `globalThis.testhost = { imports?, attach? }`: WebAssembly imports for the test binary
  // beside Go's own, and a function that gets the instance before it runs, for its exports.
  if (config.helper) await import('/testhost.js')
  const go = new globalThis.Go()
  Object.assign(go.importObject, globalThis.testhost?.imports)
  go.argv = ['test', ...config.args]
  let code = 0
  go.exit = (value) => { code = value }
  const { instance } = await WebAssembly.instantiateStreaming(fetch('/test.wasm'), go.importObject)
  globalThis.testhost?.attach?.(instance)
  await go.run(instance)
  await end(code)
} catch (error) {
  waiting += `${error?.stack ?? error}\n`
  await end(2)
}
