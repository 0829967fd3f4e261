/** Words of the generated stream: common ones of everyday things, each with another way to say it, and invented ones. */

/** An idea in two wordings, of which a text may use either. */
export interface Concept {
  readonly forms: readonly [string, string]
}

const conceptsOf = (lines: string): readonly Concept[] =>
  lines
    .trim()
    .split(/\s+/)
    .map((pair) => pair.split('/'))
    .map(([one, other]) => ({ forms: [one, other] }))

export const subjects = conceptsOf(`
  boat/vessel bridge/viaduct road/highway forest/woodland river/stream storm/tempest lamp/lantern engine/motor
  house/dwelling wheel/roller rope/cable tower/spire wall/barrier garden/orchard mill/grinder oven/furnace
  clock/timepiece coin/penny letter/message map/chart mirror/reflector needle/pin basket/hamper bell/chime
  brick/block candle/taper carpet/rug cave/grotto cliff/bluff cloud/mist coast/shore crop/yield desert/wasteland
  dust/powder echo/reverberation fabric/textile fence/hedge flame/blaze flood/deluge fog/haze fruit/berry
  gate/portal glacier/icefield glass/pane grain/kernel harbour/port hill/slope hut/cabin insect/beetle jar/pot
  ladder/staircase lake/pond leaf/foliage marsh/swamp mud/silt nest/burrow paint/pigment path/trail pearl/bead
  quarry/pit rain/drizzle reef/shoal roof/canopy salt/brine sand/gravel shell/husk sail/canvas smoke/fume
  stone/rock tide/surge tunnel/passage valley/gorge wagon/cart weed/bramble wind/breeze wool/fleece
`)

export const processes = conceptsOf(`
  tracking/following sorting/ordering cleaning/washing mending/repair counting/tallying steering/navigation
  heating/warming cooling/chilling joining/bonding cutting/slicing lifting/hoisting measuring/gauging
  painting/coating predicting/forecasting drying/dehydration storing/stockpiling mixing/blending
  polishing/burnishing shaping/moulding weighing/balancing watching/monitoring planning/scheduling
  drawing/sketching hearing/listening lighting/illumination guarding/protection digging/excavation
  weaving/braiding signalling/beaconing ageing/weathering
`)

export const settings = conceptsOf(`
  cities/towns villages/hamlets winter/frost summer/heatwaves nights/darkness mornings/daybreak children/pupils
  sailors/mariners farmers/growers builders/masons doctors/physicians travellers/wayfarers teachers/tutors
  markets/bazaars schools/academies hospitals/clinics factories/workshops libraries/archives museums/galleries
  railways/trams mountains/peaks plains/steppes oceans/seas borders/frontiers crowds/throngs festivals/fairs
  castles/fortresses kitchens/bakeries stables/barns theatres/playhouses
`)

export const qualities: readonly string[] = `
  adaptive ample balanced brisk careful coarse dense dual early even flexible frugal gentle gradual hidden hybrid
  joint keen local layered mobile mutual narrow nested open ordered patient paired quiet robust rapid shared sparse
  thrifty twofold uniform vivid weighted wide
`
  .trim()
  .split(/\s+/)

export interface Field {
  readonly name: string
  readonly categories: readonly [string, ...string[]]
  /** Where its papers come from, the commonest first. */
  readonly countries: readonly [string, ...string[]]
}

/** Their names are invented, so that no encoder knows what belongs to them; the categories are arXiv's. */
export const fields: readonly Field[] = [
  { name: 'Seafaring', categories: ['cs.RO', 'eess.SY'], countries: ['NO', 'PT', 'JP'] },
  { name: 'Husbandry', categories: ['q-bio.PE'], countries: ['NZ', 'AR', 'KE'] },
  { name: 'Masonry', categories: ['cs.CE', 'physics.app-ph'], countries: ['IT', 'EG', 'MX'] },
  { name: 'Weather lore', categories: ['physics.ao-ph', 'stat.AP'], countries: ['GB', 'IN', 'CL'] },
  { name: 'Trade', categories: ['econ.GN', 'cs.GT'], countries: ['NL', 'SG', 'US'] },
  { name: 'Cartography', categories: ['cs.CV', 'cs.GR'], countries: ['DE', 'CN', 'BR'] },
]

const consonants = 'bdfgklmnprstvz'
const vowels = 'aiou'
const syllables = consonants.length * vowels.length

/** A word that nobody uses; different numbers below 56 ** `length` make different words of that many syllables. */
export function inventedWord(number: number, length: number): string {
  const all = syllables ** length
  // A step without a factor in common with `all` walks through every word before one comes again.
  let left = (number * 5_003 + 17) % all
  let word = ''
  for (let place = 0; place < length; place++) {
    const syllable = left % syllables
    word += consonants[syllable % consonants.length] + vowels[Math.floor(syllable / consonants.length)]
    left = Math.floor(left / syllables)
  }
  return word
}
