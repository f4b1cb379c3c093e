// What go run ./cmd/build adds to the sources: a constant and two modules (cmd/build/internal/bundle).

/** The version in js/package.json. */
declare const MINIPOLY_VERSION: string

/** The compiler that made the modules. A constant, so that the glue of the other leaves the bundle. */
declare const MINIPOLY_TOOLCHAIN: 'tinygo' | 'go'

declare module 'minipoly:go' {
  /** The compiler's `Go` class, as far as the loader uses it. */
  export interface GoInstance {
    importObject: WebAssembly.Imports
    run(instance: WebAssembly.Instance): Promise<unknown>
  }
  /** The compiler that made the modules and the glue file. */
  export const toolchain: 'tinygo' | 'go'
  /**
   * Runs the compiler's glue file with `scope` as its global object, and returns its class `Go`.
   * The file defines `Go`, `fs` and `process` there, and `crypto`, `performance`, `TextEncoder` and
   * `TextDecoder` are added from the page unless `scope` has its own. Nothing else is touched.
   */
  export function loadGo(scope: object): new () => GoInstance
}

declare module 'minipoly:wasm' {
  /** minipoly.wasm in base64. Only the classic script may import it. */
  const base64: string
  export default base64
}
