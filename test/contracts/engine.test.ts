import { engines } from '../engines/fixtures.ts'
import { engineContract } from './engine.ts'

for (const [name, open] of engines) engineContract(name, open)
