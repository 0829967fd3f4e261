const stored = 'freshet-key'

/** For as long as the tab is open. */
export const apiKey = (): string | null => sessionStorage.getItem(stored)
export const keepKey = (key: string): void => sessionStorage.setItem(stored, key)
export const forgetKey = (): void => sessionStorage.removeItem(stored)
