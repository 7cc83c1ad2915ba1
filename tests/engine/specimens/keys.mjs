// What the specimens were made from; it never changes.

const repeated = (byte, length) => new Uint8Array(length).fill(byte);

export const WORDS = 'ash birch cedar dune ember fern';
export const VAULT_KEY = repeated(1, 32);
export const VAULT_ID = repeated(2, 16);
export const BLOCK_KEY = repeated(3, 32);
/** Id → content key. */
export const SLOT_KEYS = new Map([['log/1', BLOCK_KEY], ['medium:01JN0000000000000000000001', repeated(4, 32)]]);
export const DOC = { _id: 'note:01JN0000000000000000000001', type: 'note', created_at: '2026-01-01T08:00:00.000Z', text: 'Сырость в камере, ескі терезе' };
export const MEDIUM = 'medium:01JN0000000000000000000001';
/** The last one is the empty, flagged frame. */
export const FRAMES = ['first second', 'next second', ''];
