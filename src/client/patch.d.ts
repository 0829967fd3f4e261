export interface PatchOperation {
  readonly op: string
  readonly path: string
  readonly value?: unknown
}

export function applyPatch<Value>(value: Value, operations: readonly PatchOperation[]): Value
