"""The sync engine's server half: documents in channels, the gateway that takes sealed evidence, the read model.

Must not know the web application: accounts and devices reach it through `sync.authorization.Authorizer`.
"""
