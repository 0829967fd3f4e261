/** Under which name the health of a source is kept as queries find it; harvests keep theirs under its own. */
export const liveHealthOf = (source: string): string => `${source}:live`
