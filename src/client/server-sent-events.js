/** The events of a stream of bytes, their data read as JSON. Of the format, Freshet uses `event` and `data` on one line. */
export async function* readEvents(bytes) {
  const reader = bytes.pipeThrough(new TextDecoderStream()).getReader()
  let held = ''
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      const blocks = (held + value).split('\n\n')
      held = blocks.pop()
      yield* blocks.map(eventOf).filter(({ data }) => data !== undefined)
    }
  } finally {
    // Whoever stops listening lets the server stop working.
    await reader.cancel()
  }
}

function eventOf(block) {
  const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s, 2)))
  return { event: fields.event, data: fields.data && JSON.parse(fields.data) }
}
