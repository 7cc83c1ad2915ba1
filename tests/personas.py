"""The people of the tests: Alice leads, Bob is her teammate, Charlie must see nothing."""

from __future__ import annotations

from sync.authorization import Account

ALICE = Account("01JA000000000000000000000A", "Алия", "А", "leader", "group-north", "ru")
BOB = Account("01JA000000000000000000000B", "Болат", "Б", "monitor", "group-north", "kk")
CHARLIE = Account("01JA000000000000000000000C", "Чарли", "Ч", "monitor", "group-south", "en")
CAROL = Account("01JA000000000000000000000D", "Карина", "К", "leader", "group-south", "ru")
DANA = Account("01JA000000000000000000000E", "Дана", "Д", "analyst", None, "ru")
KIM = Account("01JA000000000000000000000F", "Ким", "К", "keyholder", None, "ru")
COLIN = Account("01JA000000000000000000000G", "Колин", "К", "council", None, "en")
ADA = Account("01JA000000000000000000000H", "Ада", "А", "admin", None, "en")

EVERYBODY = (ALICE, BOB, CHARLIE, CAROL, DANA, KIM, COLIN, ADA)
