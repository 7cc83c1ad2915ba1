// Typedefs of the engine's interface (docs/engine.md). Nothing runs here.

/**
 * @typedef {string} Channel `reference` or `visit-<ulid>`
 * @typedef {string} DocumentId `<type>:<ULID>`
 * @typedef {string} RevisionId `<generation>-<32 hex>`
 */

/**
 * @typedef {{_id: DocumentId, type: string, [field: string]: any}} EngineDocument
 */

/**
 * One revision that no other revision follows.
 * @typedef {object} Leaf
 * @property {RevisionId} rev
 * @property {RevisionId[]} ancestors newest first, without rev
 * @property {boolean} deleted
 * @property {EngineDocument} doc
 */

/**
 * @typedef {object} FieldVersion
 * @property {RevisionId} rev
 * @property {any} value
 * @property {string | null} updated_by
 * @property {string | null} updated_at
 */

/**
 * @typedef {object} FieldConflict
 * @property {string} field
 * @property {FieldVersion[]} versions
 */

/**
 * The merged reading of a document's leaves.
 * @typedef {object} Reading
 * @property {EngineDocument} doc
 * @property {RevisionId} rev
 * @property {Channel} channel
 * @property {FieldConflict[]} conflicts
 * @property {'local' | 'remote'} origin
 * @property {boolean} delivered
 * @property {boolean} erased
 */

/**
 * @typedef {object} Account
 * @property {string} id
 * @property {string} name
 * @property {string} initial
 * @property {string} role
 * @property {string | null} group
 * @property {string} language
 */

/** @typedef {'online' | 'offline' | 'portal' | 'server-error'} Connection */

/** Which networks large media may use (replication/metering.js). @typedef {'always' | 'unmetered' | 'ask'} UploadRule */

/**
 * @typedef {object} EngineStatus
 * @property {'none' | 'locked' | 'unlocked'} vault
 * @property {boolean} pinReady a PIN can re-open the session
 * @property {Account | null} account known while unlocked
 * @property {{id: string, name: string} | null} device
 * @property {{documents: number, chunks: number, bytes: number}} waiting what is on this tablet only
 * @property {Connection} connection
 * @property {string | null} lastDelivery ISO time of the last verified receipt
 * @property {number | null} clockOffsetMs server clock minus this clock
 * @property {{kind: 'opfs' | 'idb', persisted: boolean, freeBytes: number | null, nearlyFull: boolean}} storage `nearlyFull`: no recording can be begun; notes can be written
 * @property {boolean} otherTab another tab owns the vault
 * @property {number} recordings running now
 * @property {number} damaged records set aside because they do not decrypt
 * @property {boolean} revoked the office has withdrawn this device
 * @property {boolean} rootMismatch the server offers the keys of another organisation: nothing is taken from it
 * @property {string | null} root hexadecimal fingerprint of the organisation's root that the vault pins; null while locked
 * @property {boolean} provisional the vault waits for the office's confirmation
 * @property {VaultEntry[]} vaults of this browser, oldest first
 */

/**
 * What may be known of a vault without its words.
 * @typedef {{name: string, label: string, number: number, provisional: boolean, chosen: boolean, waiting: number, unsent: boolean}} VaultEntry `waiting`:
 *   documents; `unsent`: or parts of media
 */

/**
 * @typedef {object} EnrolRequest
 * @property {string} code `XXXX-XXXX-XXXX`
 * @property {string} [root] full fingerprint of the organisation's root (hex or base64url), where a QR gave it
 * @property {string} deviceName
 * @property {string | string[]} words
 * @property {string} language
 * @property {string} [label] shown on the locked screen where a tablet is shared
 */

/**
 * @typedef {object} LedgerItem
 * @property {DocumentId} id
 * @property {Channel} channel
 * @property {string} type
 * @property {string | null} kind of a medium or an event
 * @property {string} title
 * @property {string} at
 * @property {number} bytes
 * @property {[number, number] | null} parts chunks that arrived, and all
 * @property {boolean} captured
 * @property {boolean} sealed
 * @property {boolean} received
 * @property {boolean} verified
 * @property {{seq: number, received_at: string} | null} receipt
 * @property {string | null} quarantined
 * @property {Decision | null} decision of the office, about what is in quarantine
 * @property {string | null} error
 */

/**
 * Handed back: its author mends it and sends it again. Kept: it stays as it is, out of the reports.
 * @typedef {{decision: 'returned' | 'kept', note: string, fields: string[], at: string}} Decision
 */

/**
 * @typedef {object} Ledger
 * @property {{captured: number, sealed: number, received: number, verified: number, waitingBytes: number}} totals
 * @property {LedgerItem[]} items newest first
 */

/**
 * @typedef {object} WithdrawRequest
 * @property {DocumentId | null} interview
 * @property {string} use
 * @property {DocumentId[]} erases
 * @property {string} reason
 */

/**
 * @typedef {'wrong-passphrase' | 'vault-damaged' | 'no-vault' | 'locked' | 'not-owner' | 'wrong-pin' | 'pin-gone' |
 *   'offline' | 'portal' | 'server-error' | 'code-unknown' | 'code-expired' | 'code-mistyped' | 'root-mismatch' |
 *   'device-revoked' | 'storage-full' | 'nearly-full' | 'storage-refused' | 'record-damaged' | 'sealed' | 'not-here' | 'erased' |
 *   'bad-document' | 'unknown-medium' | 'refused' | 'newer-version' | 'wrong-passkey' | 'passkey-unsupported' |
 *   'passkey-refused'} ErrorCode
 */

/**
 * Cost of the passphrase's key derivation.
 * @typedef {object} KdfCost
 * @property {number} memoryKib
 * @property {number} passes
 * @property {boolean} calibrate raise the passes on a fast machine
 */

/**
 * A public key of the organisation, as a key set names it.
 * @typedef {{id: string, public: string}} NamedKey
 */

/**
 * @typedef {object} KeySet
 * @property {number} number
 * @property {string} issued_at
 * @property {{transport: NamedKey, custody: NamedKey, receipt: NamedKey, release: NamedKey}} keys
 * @property {{purpose: string, id: string, public: string}[]} retired
 */

/** @typedef {{set: KeySet, root: string, signature: string}} SignedKeySet */

/**
 * What travels beside a document for its content key.
 * @typedef {{for: DocumentId, class: 'group', key: string} |
 *   {for: DocumentId, class: 'custody', key_id: string, stanza: string}} ContentKey
 */

/**
 * @typedef {object} Receipt
 * @property {string} envelope
 * @property {string} sealed_sha256
 * @property {RevisionId} revision
 * @property {string} content_sha256
 * @property {number} size
 * @property {string} device
 * @property {string} received_at
 * @property {number} seq
 * @property {string} prev
 * @property {string} key
 */

/**
 * An outbox row, as delivery reads it without any key: nothing in it tells what it holds.
 * @typedef {object} OutboxRow
 * @property {number} n order of sealing
 * @property {string} id envelope
 * @property {string} key transport key id
 * @property {string} device
 * @property {ArrayBuffer | null} sealed null once its receipt is verified
 * @property {string} signature
 * @property {number} size of the sealed bytes
 * @property {boolean} tried was ever offered to a server
 * @property {Receipt | null} receipt verified
 * @property {string | null} quarantined
 * @property {string | null} error code of the last refusal
 * @property {number} [v] version of the row's format; absent: 1
 * @property {boolean} [carried] another tablet's, brought by file: nothing of it is in this tablet's log
 */

/**
 * A range of an encrypted media file.
 * @typedef {object} ChunkRow
 * @property {number} [n]
 * @property {string} sha256
 * @property {number} size
 * @property {string} file random name
 * @property {number} offset
 * @property {0 | 1} sent the server holds it
 * @property {boolean} [carried] another tablet's
 */

export {};
