"""Estimators: pure functions and values that turn booked energy into grams and money.

The lowest layer: knows no device, no file of the ledger and no command line, and imports nothing
of `footprint` outside this package. Nothing is imported here, so that `import footprint` stays
quick: name the module that you need.

Values
    errors, units           EstimatorError, Gap; conversion, numbers checked at the boundary
    quantity, money         Quantity(low, mid, high, unit); Decimal amounts in their currency
    series, instants        values that change with time; UTC instants

Factors
    factors, sources        Factor with its source; Query, Source, Registry: who is asked, in order
    standard                the sources that are shipped
    packaged, grid, cloud   tables by place: codecarbon, ecologits, cloud regions
    zones                   names and codes of countries, regions and cloud regions
    hardware/               accelerators and embodied carbon by name
    costs/                  tariffs, rent, purchase, extras, exchange, total, break-even
    systems/                AI systems behind APIs: sizes, prices, energy by the token

Formulas
    carbon, water, sci      operational carbon, water, SCI per functional unit
    market, instruments     market-based carbon: contracts and certificates
    cost                    cost of electricity
    predict/                training and inference before a run
    compare                 whether two groups differ by more than noise
    attribution             who used the energy that a meter saw (cells, leaves, sweep, bounds)
    cpu_power               watts of processors and memory by model

From what was declared to a priced use
    declared, contracts     what a user declares; what an own file agrees
    context                 `resolve`: declared -> FactorSet (asked, holding are its parts)
    pricing                 `apply`: FactorSet -> grams, litres, money of a use (applied)
    batch                   the same for millions of spans at once
"""
