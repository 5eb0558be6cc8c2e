// Owns what one pull has shown, as one bit for each record: writing into a million rows that they are still there costs more
// than reading them. It is only for pulls that begin anew after a crash; where one is gone on with, each row bears the mark.

export class Shown {
  #bits = new Uint8Array(1024)
  #count = 0
  #sum = 0

  /** Different records. */
  get count(): number {
    return this.#count
  }

  /** Of their numbers: rows that are as many and have this sum are these. */
  get sum(): number {
    return this.#sum
  }

  has(num: number | null): boolean {
    return num !== null && ((this.#bits[num >> 3] ?? 0) & (1 << (num & 7))) !== 0
  }

  add(num: number): void {
    if (this.has(num)) return
    if (num >> 3 >= this.#bits.length) {
      const longer = new Uint8Array(Math.max(this.#bits.length * 2, (num >> 3) + 1))
      longer.set(this.#bits)
      this.#bits = longer
    }
    this.#bits[num >> 3] = (this.#bits[num >> 3] ?? 0) | (1 << (num & 7))
    this.#count += 1
    this.#sum += num
  }

  /** From now on its row bears the mark itself. */
  delete(num: number | null): void {
    if (num === null || !this.has(num)) return
    this.#bits[num >> 3] = (this.#bits[num >> 3] ?? 0) & ~(1 << (num & 7))
    this.#count -= 1
    this.#sum -= num
  }
}
