// Added by `go run ./cmd/build serve` alone: reloads the page after a build, and shows why one failed.
(() => {
  let loaded
  let overlay
  const events = new EventSource('/minipoly-serve/events')
  events.onmessage = (message) => {
    const state = JSON.parse(message.data)
    loaded ??= state.build
    overlay?.remove()
    overlay = undefined
    if (state.error !== undefined) {
      console.error(state.error)
      overlay = document.createElement('pre')
      overlay.setAttribute('role', 'alert')
      overlay.textContent = `The build failed; this page is the last good one.\n\n${state.error}`
      Object.assign(overlay.style, {
        position: 'fixed', inset: 'auto 0 0 0', maxHeight: '60vh', overflow: 'auto', margin: '0', padding: '16px',
        background: '#2b0a0d', color: '#ffd9d9', font: '13px/1.5 ui-monospace, monospace', whiteSpace: 'pre-wrap', zIndex: '2147483647',
      })
      document.body.append(overlay)
    } else if (state.build !== loaded) {
      location.reload()
    }
  }
})()
