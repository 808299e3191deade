"""The reception's screens: who waits, who deals which tokens, what the site shows, phone slips.

The collector composes one board per site from its ledger; terminals apply the same rules of
``pasperdus_contract`` to their own steps until the board has heard of them.
"""
