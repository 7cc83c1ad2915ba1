// Chance that is the same for the same seed: whatever a simulation decides, and the platform's random bytes.
//
// Owns: the generator (mulberry32). Signatures and HPKE stay truly random: nothing is decided by them.

/** @param {number} seed */
export function chance(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const self = {
    next,
    /** @param {number} below */
    number: (below) => Math.floor(next() * below),
    /** @param {number} share of 1 */
    happens: (share) => next() < share,
    /** @template T @param {T[]} list @returns {T} */
    pick: (list) => list[self.number(list.length)],
    /** @template T @param {[number, T][]} options weight and what it is for @returns {T} */
    weighed(options) {
      let left = next() * options.reduce((sum, [weight]) => sum + weight, 0);
      return (options.find(([weight]) => (left -= weight) < 0) ?? options[0])[1];
    },
  };
  return self;
}

/** Ids, keys and nonces of one process follow the seed: revisions then do too. @param {number} seed */
export function seedPlatform(seed) {
  const source = chance(seed ^ 0x5eed);
  Object.defineProperty(globalThis.crypto, 'getRandomValues', {
    configurable: true,
    value(array) {
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      for (let i = 0; i < bytes.length; i += 1) bytes[i] = source.number(256);
      return array;
    },
  });
}
