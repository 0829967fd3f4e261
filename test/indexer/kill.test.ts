import { expect, test } from 'vitest'
import { harvestCampaign } from '../../bench/harvest-campaign.ts'
import { seededRandom } from '../upstream/seeded.ts'

/** A few rounds of `npm run campaign`. */
test('a harvest that is killed at random moments ends like one that was not', async () => {
  const faults: string[] = []
  const result = await harvestCampaign({
    kills: 3,
    papers: 300,
    random: seededRandom(3),
    onFault: (_, fault) => faults.push(fault),
  })
  expect(faults).toEqual([])
  expect(result).toMatchObject({ kills: 3, faults: 0 })
})
