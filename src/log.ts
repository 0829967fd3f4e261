import { type Logger, pino } from 'pino'

export type Log = Pick<Logger, 'error' | 'warn' | 'info' | 'debug'>

/** JSON lines on standard error, so that standard output stays a program's own. */
export const openLog = (program: string, level: string): Log =>
  pino({ name: program, level, base: { program, pid: process.pid } }, pino.destination({ dest: 2, sync: true }))
