import { parseArgs } from 'node:util'
import { harvestCampaign } from './harvest-campaign.ts'
import { nightCampaign } from './night-campaign.ts'

/** Kills the indexer at random moments, `--kills` times: of a harvest, or with `--of night` of a first start. */
const { values } = parseArgs({
  options: {
    of: { type: 'string', default: 'harvest' },
    kills: { type: 'string', default: '200' },
    papers: { type: 'string', default: '1500' },
  },
})
const kills = Number(values.kills)
const faults = values.of === 'night' ? await nightCampaign(kills) : await ofHarvests()
process.exitCode = faults === 0 ? 0 : 1

async function ofHarvests(): Promise<number> {
  const result = await harvestCampaign({
    kills,
    papers: Number(values.papers),
    random: Math.random,
    onFault: (round, fault) => console.log(`round ${round}: ${fault}`),
  })
  const { rounds, inMidHarvest, documents, leftOnAverage, harvestMs } = result
  console.log(
    `${result.kills} kills in ${rounds} rounds, ${inMidHarvest} of them in mid-harvest: ${result.faults} faults`,
  )
  console.log(
    `a harvest of ${documents} documents takes ${harvestMs.toFixed(0)} ms; a killed one left ${leftOnAverage.toFixed(0)} on average`,
  )
  return result.faults
}
