"""Taking in what others made: a facility register, a library text, a form.

Parsing is pure and writes nothing; `apply` writes through the sync engine; pages and commands are
two doors to the same functions.
"""
