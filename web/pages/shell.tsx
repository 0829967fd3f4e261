import type { ComponentChildren } from 'preact'

/** What every page has around it. */
export const Shell = ({ title, children }: { title: string; children: ComponentChildren }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width" />
      <title>{title}</title>
    </head>
    <body>{children}</body>
  </html>
)
