import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { everyMinute, scheduleNightly } from '../../indexer/schedule.ts'
import { openVisits, type VisitOutcome } from '../../indexer/visits.ts'
import { arxivAnnouncements } from '../../src/domain/calendar.ts'
import { type Instant, instant, isoOf } from '../../src/domain/instant.ts'
import type { Cadence, VisitRecord } from '../../src/domain/visits.ts'
import type { VisitBook } from '../../src/ports.ts'

const log = pino({ level: 'silent' })
const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const at = (text: string): Instant => instant(Date.parse(text))

/** A book in memory; the tests of the runtime hold the real one to its contract. */
function memoryBook(hits: Record<string, number> = {}): VisitBook & { readonly records: Map<string, VisitRecord> } {
  const records = new Map<string, VisitRecord>()
  return {
    records,
    load: (source) => records.get(source) ?? null,
    save: (record) => {
      records.set(record.source, record)
    },
    demanded: () => {},
    demand: () => hits,
  }
}

const found: VisitOutcome = { changed: true, failed: false, warning: null }
const nothing: VisitOutcome = { changed: false, failed: false, warning: null }
const failure: VisitOutcome = { changed: false, failed: true, warning: null }

const readyAfterMs = 165 * minuteMs
const arxiv = { name: 'arxiv', provider: 'arxiv', cadence: { kind: 'announcements', readyAfterMs } as Cadence }
const feed = (name: string, provider = name, leastMs = 15 * minuteMs) => ({
  name,
  provider,
  cadence: { kind: 'estimated', leastMs, mostMs: 7 * dayMs } as Cadence,
})
type Stub = ReturnType<typeof feed>

/** A machine on which a minute passes whenever the test says so. */
function machine(
  start: string,
  sources: readonly Stub[],
  answer: (source: Stub, now: Instant, odd: string | null) => VisitOutcome | Promise<VisitOutcome>,
  book = memoryBook(),
  visitsPerDay = 24,
) {
  let now = at(start)
  const visits: { name: string; at: Instant; odd: string | null }[] = []
  const boot = () =>
    openVisits({
      sources,
      book,
      clock: { now: () => now },
      harvest: async (source, odd) => {
        visits.push({ name: source.name, at: now, odd })
        return answer(source, now, odd)
      },
      log,
      signal: new AbortController().signal,
      visitsPerDay,
    })
  let running = boot()
  return {
    book,
    visits,
    running: () => running,
    now: () => now,
    times: () => visits.map((one) => isoOf(one.at).slice(0, 16)),
    /** Nothing runs; time passes. */
    passes: (ms: number) => {
      now = instant(now + ms)
    },
    reboot: () => {
      running = boot()
    },
    async runsUntil(until: string) {
      for (; now <= at(until); now = instant(now + minuteMs)) {
        running.tick()
        await running.settled()
      }
    },
  }
}

describe('arXiv is visited', () => {
  it('once an announcement is ready, every evening, through the end of summer time', async () => {
    const box = machine('2026-10-29T12:00:00Z', [arxiv], () => found)
    await box.runsUntil('2026-11-03T12:00:00Z')
    expect(box.times()).toEqual([
      '2026-10-29T12:00',
      '2026-10-30T02:45',
      '2026-10-31T02:45',
      '2026-11-01T02:45',
      '2026-11-02T03:45',
      '2026-11-03T03:45',
    ])
  })

  it('and through its beginning', async () => {
    const box = machine('2026-03-07T12:00:00Z', [arxiv], () => found)
    await box.runsUntil('2026-03-10T12:00:00Z')
    expect(box.times()).toEqual(['2026-03-07T12:00', '2026-03-08T03:45', '2026-03-09T02:45', '2026-03-10T02:45'])
  })

  it('again and again until something unseen appears, with a warning from the fourth time on', async () => {
    const out = at('2026-10-15T05:00:00Z')
    const box = machine('2026-10-14T12:00:00Z', [arxiv], (_source, now) => (now < out ? nothing : found))
    await box.runsUntil('2026-10-15T12:00:00Z')
    const evening = box.visits.filter((one) => one.at >= at('2026-10-15T02:45:00Z'))
    expect(evening.map((one) => isoOf(one.at).slice(11, 16))).toEqual(['02:45', '03:00', '03:30', '04:30', '05:30'])
    expect(evening.map((one) => one.odd !== null)).toEqual([false, false, false, true, true])
  })

  it('once after three days in which nothing ran, and then by its calendar', async () => {
    const box = machine('2026-10-13T12:00:00Z', [arxiv], () => found)
    await box.runsUntil('2026-10-13T13:00:00Z')
    box.passes(3 * dayMs)
    box.reboot()
    await box.runsUntil('2026-10-17T12:00:00Z')
    expect(box.times()).toEqual(['2026-10-13T12:00', '2026-10-16T13:01', '2026-10-17T02:45'])
  })

  it('when a laptop wakes that slept through the evening', async () => {
    const box = machine('2026-10-14T12:00:00Z', [arxiv], () => found)
    await box.runsUntil('2026-10-14T22:00:00Z')
    box.passes(9 * hourMs)
    await box.runsUntil('2026-10-16T12:00:00Z')
    expect(box.times()).toEqual(['2026-10-14T12:00', '2026-10-15T07:01', '2026-10-16T02:45'])
  })

  it('by the true calendar again when a clock that ran a month ahead is set right', async () => {
    const box = machine('2026-11-14T12:00:00Z', [arxiv], () => found)
    await box.runsUntil('2026-11-14T13:00:00Z')
    box.passes(-31 * dayMs)
    await box.runsUntil('2026-10-16T12:00:00Z')
    expect(box.times()).toEqual(['2026-11-14T12:00', '2026-10-15T02:45', '2026-10-16T02:45'])
  })

  it('within the minute after every announcement of a year is ready, if it is on time', async () => {
    const box = machine('2026-01-01T12:00:00Z', [arxiv], () => found)
    const ready = arxivAnnouncements(at('2026-01-01T12:00:00Z'), at('2026-12-31T12:00:00Z'))
    const wakes = Array.from({ length: 366 }, (_one, n) => instant(at('2026-01-01T12:00:00Z') + n * dayMs))
    // A minute's tick all year would take long; the evenings are what matters.
    for (const noon of wakes) {
      box.passes(noon + 14.6 * hourMs - box.now())
      await box.runsUntil(isoOf(instant(noon + 15.9 * hourMs)))
    }
    expect(ready.filter((one) => !box.visits.some((visit) => visit.at === one + readyAfterMs))).toEqual([])
    expect(ready.length).toBeGreaterThan(245)
  })
})

describe('sources that fail', () => {
  it('are tried again after 5, 10, 20 … minutes, and nothing is learned of them meanwhile', async () => {
    const well = at('2026-10-14T13:00:00Z')
    const box = machine('2026-10-14T12:00:00Z', [feed('slow')], (_source, now) => (now < well ? failure : found))
    await box.runsUntil('2026-10-14T12:59:00Z')
    expect(box.times().map((time) => time.slice(11))).toEqual(['12:00', '12:05', '12:15', '12:35'])
    expect(box.book.load('slow')).toMatchObject({ visits: 0, lastVisit: null })
    await box.runsUntil('2026-10-14T13:30:00Z')
    expect(box.times().at(-1)).toBe('2026-10-14T13:15')
    expect(box.book.load('slow')).toMatchObject({ visits: 1, changed: 0 })
  })

  it('are tried no later than they would be anyway', async () => {
    const box = machine('2026-10-14T12:00:00Z', [feed('hourly')], () => failure)
    await box.runsUntil('2026-10-14T16:00:00Z')
    const gaps = box.visits.slice(1).map((one, n) => (one.at - box.visits[n].at) / minuteMs)
    expect(gaps).toEqual([5, 10, 20, 40, 60, 60])
  })

  it('do not keep the others waiting when their harvest breaks down', async () => {
    const box = machine('2026-10-14T12:00:00Z', [feed('broken'), feed('whole')], (source) => {
      if (source.name === 'broken') throw new Error('a bug')
      return found
    })
    await box.runsUntil('2026-10-14T12:01:00Z')
    expect(box.book.load('whole')).toMatchObject({ visits: 1 })
    expect(box.book.load('broken')).toMatchObject({ visits: 0, nextVisit: at('2026-10-14T12:05:00Z') })
  })

  it('are left alone no longer than six hours when the clock is set back meanwhile', async () => {
    const box = machine('2026-10-14T12:00:00Z', [feed('down')], () => failure)
    await box.runsUntil('2026-10-14T12:01:00Z')
    box.passes(-2 * dayMs)
    await box.runsUntil('2026-10-12T18:10:00Z')
    expect(box.times().at(-1)).toBe('2026-10-12T18:02')
  })

  it('do not stop the visits when the book cannot be written for a moment', async () => {
    const book = memoryBook()
    let broken = true
    const unsteady: VisitBook = {
      ...book,
      save: (record) => {
        if (broken) throw new Error('disk full')
        book.save(record)
      },
    }
    const box = machine('2026-10-14T12:00:00Z', [feed('one')], () => found, { ...unsteady, records: book.records })
    await box.runsUntil('2026-10-14T12:02:00Z')
    broken = false
    await box.runsUntil('2026-10-14T12:10:00Z')
    expect(box.visits).toHaveLength(4)
    expect(book.load('one')).toMatchObject({ visits: 1 })
  })

  it('are due at the next start when a stop broke their visit off', async () => {
    const stop = new AbortController()
    const book = memoryBook()
    const visits = openVisits({
      sources: [feed('cut')],
      book,
      clock: { now: () => at('2026-10-14T12:00:00Z') },
      harvest: async () => {
        stop.abort(new Error('stopped'))
        throw stop.signal.reason
      },
      log,
      signal: stop.signal,
    })
    visits.tick()
    await visits.settled()
    expect(book.load('cut')).toBeNull()
  })
})

describe('the visits of many sources', () => {
  it('follow one another at one provider; at most two providers are visited at once', async () => {
    const sources = ['a', 'b', 'c'].flatMap((provider) => [
      feed(`${provider}1`, provider),
      feed(`${provider}2`, provider),
    ])
    const under = new Map<string, () => void>()
    const box = machine('2026-10-14T12:00:00Z', sources, (source) => {
      return new Promise((resolve) => {
        under.set(source.name, () => resolve(found))
      })
    })
    const finish = async (name: string) => {
      under.get(name)?.()
      under.delete(name)
      await new Promise((resolve) => setImmediate(resolve))
      return [...under.keys()].sort()
    }
    box.running().tick()
    box.running().tick()
    expect([...under.keys()]).toEqual(['a1', 'b1'])
    expect(await finish('a1')).toEqual(['a2', 'b1'])
    expect(await finish('a2')).toEqual(['b1', 'c1'])
    expect(await finish('b1')).toEqual(['b2', 'c1'])
    await finish('b2')
    await finish('c1')
    await finish('c2')
    await box.running().settled()
    expect(box.visits).toHaveLength(6)
  })

  it('are dealt out by demand, and a demand that rises is met before the visit that was promised', async () => {
    const hits: Record<string, number> = {}
    const box = machine('2026-10-01T00:00:00Z', [feed('x'), feed('y')], () => nothing, memoryBook(hits), 0.5)
    await box.runsUntil('2026-10-05T00:00:00Z')
    const before = box.book.load('x')!.nextVisit
    hits.x = 500
    await box.runsUntil('2026-10-05T00:01:00Z')
    expect(box.book.load('x')!.nextVisit).toBeLessThan(before)
  })

  it('leave out what is only asked live, and can all be made at once', async () => {
    const live = { name: 'live', provider: 'live', cadence: { kind: 'never' } as Cadence }
    const box = machine('2026-10-14T12:00:00Z', [arxiv, feed('one'), live], () => found)
    await box.running().all()
    await box.running().all()
    expect(box.visits.map(({ name }) => name)).toEqual(['arxiv', 'one', 'arxiv', 'one'])
    expect(box.book.load('live')).toBeNull()
  })
})

describe('the clock of the schedule', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  const from = (time: string) => vi.setSystemTime(at(time))
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

  it('ticks every minute, never two at once, and goes on after a job that threw', async () => {
    from('2026-10-14T12:00:30Z')
    let ticks = 0
    let release = () => {}
    const repeated = everyMinute(log, () => {
      ticks += 1
      if (ticks === 1) throw new Error('a bug')
      if (ticks === 2)
        return new Promise<void>((resolve) => {
          release = resolve
        })
    })
    await pass(5 * minuteMs)
    expect(ticks).toBe(2)
    release()
    await pass(2 * minuteMs)
    expect(ticks).toBe(4)
    await repeated.stop()
    await pass(5 * minuteMs)
    expect(ticks).toBe(4)
  })

  it('ticks on when it is set back by a day', async () => {
    from('2026-10-14T12:00:30Z')
    let ticks = 0
    const repeated = everyMinute(log, () => {
      ticks += 1
    })
    await pass(3 * minuteMs)
    from('2026-10-13T12:00:30Z')
    const before = ticks
    await pass(10 * minuteMs)
    expect(ticks).toBeGreaterThanOrEqual(before + 8)
    await repeated.stop()
  })

  const nights = async (start: string, zone: string, then: (runs: string[]) => Promise<void>) => {
    from(start)
    const runs: string[] = []
    const nightly = scheduleNightly({ cron: '45 22 * * *', zone }, log, async () => {
      runs.push(new Date().toISOString().slice(0, 16))
    })
    await then(runs)
    const { next } = nightly
    await nightly.stop()
    return { runs, next: next?.toISOString() }
  }

  it('keeps the night in its zone when summer time ends', async () => {
    const { runs, next } = await nights('2026-10-31T12:00:10Z', 'America/New_York', async () => {
      await pass(2 * dayMs)
    })
    expect(runs).toEqual(['2026-11-01T02:45', '2026-11-02T03:45'])
    expect(next).toBe('2026-11-03T03:45:00.000Z')
  })

  it('makes up for a night the machine slept through, once', async () => {
    const { runs } = await nights('2026-10-14T12:00:10Z', 'UTC', async () => {
      await pass(hourMs)
      from('2026-10-17T08:00:10Z')
      await pass(hourMs)
    })
    expect(runs).toEqual(['2026-10-17T08:01'])
  })

  it('does not wait for a night of a clock that ran ahead', async () => {
    const { runs } = await nights('2026-12-14T12:00:10Z', 'UTC', async () => {
      await pass(hourMs)
      from('2026-10-14T12:00:10Z')
      await pass(dayMs)
    })
    expect(runs).toEqual(['2026-10-14T22:45'])
  })
})

describe('a stop', () => {
  // A lane that was over before it was put on the list stayed on it, and the process spun for ever.
  it('lets no visit begin, and leaves nothing to wait for', async () => {
    const stop = new AbortController()
    const names: string[] = []
    const visits = openVisits({
      sources: [arxiv, feed('news')],
      book: memoryBook(),
      clock: { now: () => at('2026-03-02T12:00:00Z') },
      harvest: async ({ name }) => {
        names.push(name)
        stop.abort()
        return found
      },
      log,
      signal: stop.signal,
    })
    visits.tick()
    await visits.settled()
    visits.tick()
    await visits.settled()
    // Both were due; the first one's visit brought the stop.
    expect(names.length).toBeLessThanOrEqual(2)
    const after = names.length
    visits.tick()
    await visits.settled()
    expect(names).toHaveLength(after)
  })
})
