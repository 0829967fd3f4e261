/** The library comes without types; these are of what citations.ts asks of it. */
declare module '@citation-js/core' {
  interface Entry {
    readonly type: string
    readonly label: string
    readonly properties: Readonly<Record<string, string>>
  }
  export class Cite {
    constructor(data: unknown)
    readonly data: readonly Readonly<Record<string, unknown>>[]
    format(name: 'bibtex', options: { readonly format: 'object' }): readonly [Entry]
    format(
      name: 'ris',
      options: { readonly format: 'object' },
    ): readonly [Readonly<Record<string, string | readonly string[]>>]
  }
  export const plugins: {
    readonly config: { get(name: '@bibtex'): { readonly format: { asciiOnly: boolean } } }
  }
}
declare module '@citation-js/plugin-bibtex'
declare module '@citation-js/plugin-ris'
