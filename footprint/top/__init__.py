"""The live view: `footprint top`.

    devices     this machine's devices, each read on a thread of its own
    programs    what writes to a ledger now, followed in its journals
    sharing     who gets what of a device's energy, tick by tick
    booked      what the programs used until now, from the books
    view        what is shown: immutable, made once a tick
    live        the view, tick by tick
    as_text     for a terminal or a pipe
    as_json     one object a line
    show        the loop that draws it

It writes nothing: what it reads of devices is gone when it ends. The books are the ledger's.
"""
