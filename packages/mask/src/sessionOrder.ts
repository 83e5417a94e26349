/** Sessions as small numbers, and their order by name as numbers too: stamps are compared a million times a second. Never forgets one. */
import { compareText } from './placedRecord.ts';

export class SessionOrder {
  readonly names: string[] = [];
  /** Of each number, its place among the names sorted. */
  ranks = new Int32Array(8);
  private readonly numbers = new Map<string, number>();
  /** Numbers, sorted by name. */
  private sorted: number[] = [];

  numberOf(name: string): number {
    return this.numbers.get(name) ?? this.append([name]);
  }

  /** All at once, since ranks shift. */
  addAll(names: Iterable<string>): void {
    const fresh = [...new Set(names)].filter((name) => !this.numbers.has(name));
    if (fresh.length > 0) this.append(fresh);
  }

  /** Returns the number of the last. */
  private append(names: readonly string[]): number {
    for (const name of names) {
      const number = this.names.push(name) - 1;
      this.numbers.set(name, number);
      if (names.length === 1) this.sorted.splice(this.placeOf(name), 0, number);
      else this.sorted.push(number);
    }
    if (names.length > 1) this.sorted.sort((a, b) => compareText(this.names[a]!, this.names[b]!));
    if (this.ranks.length < this.names.length) this.ranks = new Int32Array(this.names.length * 2);
    this.sorted.forEach((number, rank) => {
      this.ranks[number] = rank;
    });
    return this.names.length - 1;
  }

  /** Where a new name belongs among those sorted. */
  private placeOf(name: string): number {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareText(this.names[this.sorted[middle]!]!, name) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
