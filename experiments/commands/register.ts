import { existsSync, writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { BadSetting } from '../../src/domain/errors.ts'
import { claims } from '../claims/all.ts'
import { readRegistration, registeredFile, registrationOf } from '../registration.ts'
import { readJudged, topicDigest } from '../topics/judged.ts'
import { sharedTopics } from './settings.ts'

export const registerCommand = (): Command =>
  new Command('register')
    .description('fix claims, primaries, margins and code, and which topics have been looked at')
    .option('--topics <path...>', 'topics that were looked at while building, beside those registered before')
    .action(async ({ topics }: { topics?: string[] }) => {
      for (const path of topics ?? []) if (!existsSync(path)) throw new BadSetting(`there is no ${path}`)
      const looked = topics ?? sharedTopics.filter((path) => existsSync(path))
      const seen = (await readJudged(looked, [])).topics.map(topicDigest)
      // Nobody can unsee a topic: what was registered stays.
      const registration = registrationOf(claims, [...readRegistration().developmentTopics, ...seen])
      writeFileSync(registeredFile, `${JSON.stringify(registration, null, 2)}\n`)
      console.log(
        `${claims.length} claims on ${Object.keys(registration.files).length} files; ${registration.developmentTopics.length} topics count as development`,
      )
    })
