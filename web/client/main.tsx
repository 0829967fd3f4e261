import { hydrate } from 'preact'
import type { Model } from '../search/model.ts'
import { Search } from '../search/search.tsx'
import { offerThemes } from './theme.ts'
import { unlock } from './unlock.ts'

offerThemes()
await unlock()
const root = document.querySelector('#search')
const state = document.querySelector('#state')
if (root && state) hydrate(<Search first={JSON.parse(state.textContent ?? '') as Model} />, root)
