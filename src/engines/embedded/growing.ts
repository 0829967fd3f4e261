type Numbers = Uint32Array | Uint8Array | Float32Array | Float64Array

/** A typed array that grows by doubling. `view()` is the filled part without a copy, valid until the next push. */
export class Growing<T extends Numbers> {
  readonly #make: (length: number) => T
  #data: T
  #length = 0

  constructor(make: (length: number) => T, capacity = 1024) {
    this.#make = make
    this.#data = make(capacity)
  }

  get length(): number {
    return this.#length
  }

  push(value: number): void {
    this.#reserve(1)
    this.#data[this.#length++] = value
  }

  append(values: Numbers): void {
    this.#reserve(values.length)
    this.#data.set(values, this.#length)
    this.#length += values.length
  }

  at(index: number): number {
    return this.#data[index]
  }

  set(index: number, value: number): void {
    this.#data[index] = value
  }

  view(): T {
    return this.#data.subarray(0, this.#length) as T
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#data.length) return
    const larger = this.#make(Math.max(this.#data.length * 2, this.#length + more))
    larger.set(this.#data)
    this.#data = larger
  }
}

export const growingUint32 = (capacity?: number) => new Growing((length) => new Uint32Array(length), capacity)
export const growingUint8 = (capacity?: number) => new Growing((length) => new Uint8Array(length), capacity)
export const growingFloat32 = (capacity?: number) => new Growing((length) => new Float32Array(length), capacity)
export const growingFloat64 = (capacity?: number) => new Growing((length) => new Float64Array(length), capacity)
