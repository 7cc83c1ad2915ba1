"""CouchDB's replication protocol over our channels: `/sync/couch/<channel>/…` (docs/protocol.md, "Replication").

For an office's own CouchDB, PouchDB or any client that speaks the protocol. Every request is mapped to a
call of the document store; nothing is proxied, and nothing between the store and the network parses a body.
"""
