/** What the browser fetched of the engine: its script and its module. */

export function engineFiles(): PerformanceResourceTiming[] {
  const files = performance.getEntriesByType('resource')
    .filter((entry): entry is PerformanceResourceTiming => entry instanceof PerformanceResourceTiming)
    .filter(({ name }) => /\/minipoly\.(?:mjs|wasm)(?:\?|$)/.test(name));
  // Some browsers list a file twice: when it was preloaded and when it was used.
  return [...new Map(files.map((file) => [file.name, file])).values()];
}

/** When the last of those bytes had arrived, on the clock of performance.now(). */
export function engineArrived(): number {
  return Math.max(0, ...engineFiles().map(({ responseEnd }) => responseEnd));
}
