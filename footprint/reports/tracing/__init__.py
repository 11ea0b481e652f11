"""From a number of a report down to its factors, spans and readings.

address    how a number is named
figure     the number, and the uses of energy that it was made of
days       what was booked of it, by device and UTC day, and the spans behind it
readings   what was read of the devices, and where that lies
single     one span, cell by cell
make       all of it
view       what a trace says
as_text, as_json
"""
