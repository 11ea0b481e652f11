"""What the same work would have used elsewhere, at other hours, done in another way, or without
what lay idle.

view        what advice says (immutable); `Figure` judges whether a difference is one
looked      what each part of the advice is given: `Looked`, `Wanted`
make        from ledgers to advice: `advise`
zones       other zones; `neighbours`: the zones that are tried where none is named
hours       later starts, where factors change by the hour; `starts`: runs that can wait
api         the same tokens through an API, and from what volume own hardware is cheaper
ways        another precision, batch or hardware, of `cells`: `observed` where the ledger has both,
            else `predicted` (`served`, `sizes`: how it was; `others`: what is tried; `moved`)
figures     figures that follow a ratio
differences one energy at two factors, with the joint interval
idle        devices that drew power and did nothing
formats     text, Markdown, JSON; `page` and `speech` are what they share
"""
