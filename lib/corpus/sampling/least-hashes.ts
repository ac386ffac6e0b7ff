/**
 * The inner loop of MinHash in WebAssembly, whose vector instructions take four hashes at a time: JavaScript has none, and
 * took twenty times longer, which was most of drawing a sample of short texts. Written out here, instruction by
 * instruction, since it is one loop (WebAssembly Core 2.0, chapter 5, binary format).
 */
const lanes = 4;
const bytesOfNumber = 4;
const bytesOfVector = lanes * bytesOfNumber;
/** So many vectors of least values are worked on at a time; more wouldn't fit into a processor's registers. */
const vectorsAtOnce = 8;
const pageBytes = 64 * 1024;

const [i32, v128, functionType] = [0x7f, 0x7b, 0x60];
const [loop, branchIf, end] = [[0x03, 0x40], [0x0d, 0x00], [0x0b]] as const;
const [add, lessUnsigned] = [[0x6a], [0x49]] as const;

/** An unsigned number in LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** A number in signed LEB128; not negative here. */
function signed(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)];
}

const get = (local: number) => [0x20, ...unsigned(local)];
const set = (local: number) => [0x21, ...unsigned(local)];
const constant = (value: number) => [0x41, ...signed(value)];
const vector = (instruction: number, ...operands: number[]) => [0xfd, ...unsigned(instruction), ...operands];
const load = (address: number) => [...constant(address), ...vector(0, 4, 0)];
const loadIntoAll = vector(9, 2, 0);
const store = vector(11, 4, 0);
const largest = vector(12, ...Array.from({ length: lanes }, () => [0xff, 0xff, 0xff, 0x7f]).flat());
const [addLanes, multiplyLanes, leastOfLanes] = [vector(174), vector(181), vector(182)];

const section = (id: number, ...content: number[]) => [id, ...unsigned(content.length), ...content];
const text = (word: string) => [word.length, ...Buffer.from(word, "latin1")];

/** Where things lie in memory, in bytes. */
type Places = { multipliers: number; offsets: number; least: number; values: number };

/** Of each hash the least value, for the values up to the address that the function is given. */
function functionBody(places: Places, hashes: number): number[] {
  const [stop, at, value, first] = [0, 1, 2, 3];
  const numbered = Array.from({ length: vectorsAtOnce }, (_, index) => ({
    multiplier: first + index,
    offset: first + vectorsAtOnce + index,
    least: first + 2 * vectorsAtOnce + index,
    from: index * bytesOfVector,
  }));
  const each = (work: (local: (typeof numbered)[number]) => number[]) => numbered.flatMap(work);
  const code: number[] = [];
  for (let from = 0; from < hashes * bytesOfNumber; from += vectorsAtOnce * bytesOfVector) {
    code.push(
      ...each((one) => [...load(places.multipliers + from + one.from), ...set(one.multiplier)]),
      ...each((one) => [...load(places.offsets + from + one.from), ...set(one.offset)]),
      ...each((one) => [...largest, ...set(one.least)]),
      ...[...constant(places.values), ...set(at), ...loop],
      ...[...get(at), ...loadIntoAll, ...set(value)],
      ...each((one) => [
        ...[...get(value), ...get(one.multiplier), ...multiplyLanes, ...get(one.offset), ...addLanes],
        ...[...get(one.least), ...leastOfLanes, ...set(one.least)],
      ]),
      ...[...get(at), ...constant(bytesOfNumber), ...add, ...set(at)],
      ...[...get(at), ...get(stop), ...lessUnsigned, ...branchIf, ...end],
      ...each((one) => [...constant(places.least + from + one.from), ...get(one.least), ...store]),
    );
  }
  const locals = [2, 1, i32, ...unsigned(1 + 3 * vectorsAtOnce), v128];
  return [...locals, ...code, ...end];
}

function moduleOf(body: number[], pages: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, 1, functionType, 1, i32, 0),
    ...section(3, 1, 0),
    ...section(5, 1, 0x00, ...unsigned(pages)),
    ...section(7, 2, ...text("memory"), 2, 0, ...text("work"), 0, 0),
    ...section(10, 1, ...unsigned(body.length), ...body),
  ]);
}

/**
 * For up to `mostValues` values it tells, of each hash h, the least of multiplier[h] × value + offset[h] as signed 32-bit
 * integers. The number of hashes is a multiple of 32. `values` is where the values are written first; what `leastOf`
 * returns holds until it is called again. Throws RangeError for no values or too many.
 */
export function leastHashes(multipliers: Int32Array, offsets: Int32Array, mostValues: number) {
  const hashes = multipliers.length;
  const size = hashes * bytesOfNumber;
  const places: Places = { multipliers: 0, offsets: size, least: 2 * size, values: 3 * size };
  const pages = Math.ceil((places.values + mostValues * bytesOfNumber) / pageBytes);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleOf(functionBody(places, hashes), pages)));
  const { buffer } = exports.memory as WebAssembly.Memory;
  const work = exports.work as (stop: number) => void;
  new Int32Array(buffer, places.multipliers, hashes).set(multipliers);
  new Int32Array(buffer, places.offsets, hashes).set(offsets);
  const least = new Int32Array(buffer, places.least, hashes);
  return {
    values: new Int32Array(buffer, places.values, mostValues),
    leastOf(count: number): Int32Array {
      if (count < 1 || count > mostValues) throw new RangeError(`${count} values of at most ${mostValues}`);
      work(places.values + count * bytesOfNumber);
      return least;
    },
  };
}
