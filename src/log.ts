import { type DestinationStream, type Logger, pino } from 'pino'

export type Log = Pick<Logger, 'error' | 'warn' | 'info' | 'debug'>

const { err } = pino.stdSerializers

/** JSON lines on standard error, so that standard output stays a program's own. */
export const openLog = (
  program: string,
  level: string,
  destination: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Log =>
  // An Error has nothing that JSON would show, whichever of its two usual names it goes by.
  pino({ name: program, level, base: { program, pid: process.pid }, serializers: { err, error: err } }, destination)
