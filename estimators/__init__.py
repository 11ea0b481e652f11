"""Estimators: pure functions and values that turn booked energy into grams and money.

The lowest layer: knows no device, no file of the ledger and no command line, and imports nothing
of `footprint` outside this package. Nothing is imported here, so that `import footprint` stays
quick: name the module that you need.

    errors      EstimatorError, Gap
    units       conversion, and numbers checked at the boundary
    quantity    Quantity(low, mid, high, unit) and its arithmetic
    money       Money, MoneyRange: Decimal amounts in their own currency
    factors     Factor: a number with its source, version, vintage and licence
    zones       names and codes of countries and regions
    grid        carbon intensity of a zone's electricity
    carbon      operational carbon
    cost        cost of electricity
    context     what was declared -> the factors to apply -> a priced energy
    cpu_power   watts of processors and memory by model
"""
