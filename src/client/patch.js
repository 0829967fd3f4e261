/**
 * A value after a JSON Patch (RFC 6902) of the three operations that Freshet sends. What the patch leaves alone keeps its
 * identity, so that a page draws only what changed.
 */
export const applyPatch = (value, operations) =>
  operations.reduce((current, one) => changed(current, stepsOf(one.path), one), value)

const stepsOf = (pointer) =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))

function changed(target, [step, ...rest], operation) {
  if (step === undefined) return operation.value
  if (rest.length > 0) return withMember(target, step, changed(target[step], rest, operation))
  if (operation.op === 'remove') return without(target, step)
  const inserts = operation.op === 'add' && Array.isArray(target)
  return inserts
    ? target.toSpliced(indexIn(target, step), 0, operation.value)
    : withMember(target, step, operation.value)
}

const withMember = (target, step, value) =>
  Array.isArray(target) ? target.with(Number(step), value) : { ...target, [step]: value }

function without(target, step) {
  if (Array.isArray(target)) return target.toSpliced(Number(step), 1)
  const { [step]: _, ...rest } = target
  return rest
}

const indexIn = (list, step) => (step === '-' ? list.length : Number(step))
