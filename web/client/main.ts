import { offerThemes } from './theme.ts'
import { unlock } from './unlock.ts'

offerThemes()
await unlock()
